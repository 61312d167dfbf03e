package doublelake;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DeltaWriter;
import org.apache.spark.sql.connector.write.DeltaWriterFactory;

/** Makes the writers of MERGE, UPDATE and DELETE. */
record RowChangeWriterFactory(ParquetOutput output) implements DeltaWriterFactory {
  @Override
  public DeltaWriter<InternalRow> createWriter(int partition, long task) {
    return new RowChangeWriter(output, partition);
  }
}
