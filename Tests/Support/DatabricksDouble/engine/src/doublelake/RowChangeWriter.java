package doublelake;

import java.io.IOException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DeltaWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.roaringbitmap.RoaringBitmap;

/** One task of MERGE, UPDATE or DELETE: the positions that go, and the rows that come in a new file. */
final class RowChangeWriter implements DeltaWriter<InternalRow> {
  private final RowWriter rows;
  private final TaskResult result = new TaskResult();

  RowChangeWriter(ParquetOutput output, int partition) {
    this.rows = new RowWriter(output, partition);
  }

  @Override
  public void delete(InternalRow metadata, InternalRow id) {
    markDeleted(id);
    result.deleted++;
  }

  @Override
  public void update(InternalRow metadata, InternalRow id, InternalRow row) {
    markDeleted(id);
    rows.write(row);
    result.updated++;
  }

  @Override
  public void insert(InternalRow row) {
    rows.write(row);
    result.inserted++;
  }

  private void markDeleted(InternalRow id) {
    result.deletedRows
        .computeIfAbsent(id.getUTF8String(0).toString(), file -> new RoaringBitmap())
        .add((int) id.getLong(1));
  }

  @Override
  public WriterCommitMessage commit() throws IOException {
    result.file = ((TaskResult) rows.commit()).file;
    return result;
  }

  @Override
  public void abort() throws IOException {
    rows.abort();
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
