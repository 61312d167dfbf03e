package doublelake;

import java.io.IOException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** One task's rows into one file; no file where there are no rows. */
final class RowWriter implements DataWriter<InternalRow> {
  private final ParquetOutput output;
  private final int partition;
  private ParquetOutput.Open file;
  private long rows;

  RowWriter(ParquetOutput output, int partition) {
    this.output = output;
    this.partition = partition;
  }

  @Override
  public void write(InternalRow row) {
    if (file == null) {
      file = output.open(partition);
    }
    file.write(row);
    rows++;
  }

  @Override
  public WriterCommitMessage commit() throws IOException {
    TaskResult result = new TaskResult();
    if (file != null) {
      result.file = file.close();
      result.inserted = rows;
      file = null;
    }
    return result;
  }

  @Override
  public void abort() throws IOException {
    close();
  }

  /** Called after commit, too: then there is nothing left to discard. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      file.discard();
      file = null;
    }
  }
}
