package doublelake;

import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.SupportsPushDownV2Filters;
import org.apache.spark.sql.types.StructType;

/**
 * Prunes columns. Predicates are only taken down, Spark still applies them: a row-level operation needs to
 * know which rows it read when another commit came first.
 */
final class LakeScanBuilder implements SupportsPushDownRequiredColumns, SupportsPushDownV2Filters {
  private final LakeTable table;
  private final boolean ofTarget;
  private StructType wanted;
  private Predicate[] predicates = new Predicate[0];

  /** `ofTarget`: the scan by which a MERGE, UPDATE or DELETE finds its rows. */
  LakeScanBuilder(LakeTable table, boolean ofTarget) {
    this.table = table;
    this.ofTarget = ofTarget;
    this.wanted = ColumnMapping.visible(table.snapshot.metadata().schema());
  }

  @Override
  public void pruneColumns(StructType required) {
    wanted = required;
  }

  @Override
  public Predicate[] pushPredicates(Predicate[] pushed) {
    predicates = pushed;
    return pushed;
  }

  /** Predicates taken down so far, none of them applied in the scan. */
  Predicate[] seenPredicates() {
    return predicates;
  }

  @Override
  public Predicate[] pushedPredicates() {
    return new Predicate[0];
  }

  @Override
  public Scan build() {
    return new LakeScan(table, wanted, ofTarget);
  }
}
