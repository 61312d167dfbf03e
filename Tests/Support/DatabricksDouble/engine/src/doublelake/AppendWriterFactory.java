package doublelake;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;

/** Makes the writers of INSERT and CREATE TABLE AS. */
record AppendWriterFactory(ParquetOutput output) implements DataWriterFactory {
  @Override
  public DataWriter<InternalRow> createWriter(int partition, long task) {
    return new RowWriter(output, partition);
  }
}
