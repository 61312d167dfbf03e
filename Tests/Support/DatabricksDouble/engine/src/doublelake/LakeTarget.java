package doublelake;

import org.apache.spark.sql.connector.catalog.MetadataColumn;
import org.apache.spark.sql.connector.catalog.SupportsMetadataColumns;

/** A table that is written to: its rows also tell where they lie, for MERGE, UPDATE and DELETE. */
final class LakeTarget extends LakeTable implements SupportsMetadataColumns {
  LakeTarget(String name, DeltaLog log, Snapshot snapshot) {
    super(name, log, snapshot);
  }

  @Override
  public MetadataColumn[] metadataColumns() {
    return RowLocation.columns();
  }
}
