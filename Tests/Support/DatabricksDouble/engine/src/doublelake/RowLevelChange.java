package doublelake;

import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.DeltaBatchWrite;
import org.apache.spark.sql.connector.write.DeltaWrite;
import org.apache.spark.sql.connector.write.DeltaWriteBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsDelta;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * MERGE, UPDATE or DELETE. Spark's own rewrite joins, decides row by row and hands over positions and new
 * rows; whether old rows are struck out or their files rewritten is decided at the commit.
 */
final class RowLevelChange implements SupportsDelta {
  private final LakeTable table;
  private final Command command;
  private LakeScanBuilder scan;

  RowLevelChange(LakeTable table, Command command) {
    this.table = table;
    this.command = command;
  }

  @Override
  public Command command() {
    return command;
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    scan = new LakeScanBuilder(table, true);
    return scan;
  }

  @Override
  public DeltaWriteBuilder newWriteBuilder(LogicalWriteInfo info) {
    return new DeltaWriteBuilder() {
      @Override
      public DeltaWrite build() {
        return new DeltaWrite() {
          @Override
          public DeltaBatchWrite toBatch() {
            return new RowLevelWrite(RowLevelChange.this, info.schema());
          }
        };
      }
    };
  }

  @Override
  public NamedReference[] rowId() {
    return RowLocation.references();
  }

  LakeTable table() {
    return table;
  }

  /** The part of the condition that was taken down to the scan: it admits every row that was read. */
  Predicate[] readPredicates() {
    return scan == null ? new Predicate[0] : scan.seenPredicates();
  }
}
