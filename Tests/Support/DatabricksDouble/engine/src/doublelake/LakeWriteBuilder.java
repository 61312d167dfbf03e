package doublelake;

import org.apache.spark.sql.connector.expressions.filter.AlwaysTrue;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsDynamicOverwrite;
import org.apache.spark.sql.connector.write.SupportsOverwriteV2;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;

/** INSERT INTO, INSERT OVERWRITE and INSERT … REPLACE WHERE. */
final class LakeWriteBuilder implements SupportsOverwriteV2, SupportsDynamicOverwrite {
  private final LakeTable table;
  private final LogicalWriteInfo info;
  private boolean replacesAll;
  private Predicate[] replaced = new Predicate[0];

  LakeWriteBuilder(LakeTable table, LogicalWriteInfo info) {
    this.table = table;
    this.info = info;
  }

  @Override
  public WriteBuilder truncate() {
    replacesAll = true;
    return this;
  }

  /** A table of this catalog has no partitions: all of it is the one that is overwritten. */
  @Override
  public WriteBuilder overwriteDynamicPartitions() {
    return truncate();
  }

  @Override
  public WriteBuilder overwrite(Predicate[] predicates) {
    if (predicates.length == 1 && predicates[0] instanceof AlwaysTrue) {
      return truncate();
    }
    replaced = predicates;
    return this;
  }

  @Override
  public Write build() {
    return new Write() {
      @Override
      public BatchWrite toBatch() {
        return new AppendWrite(table, info.schema(), replacesAll, replaced);
      }
    };
  }
}
