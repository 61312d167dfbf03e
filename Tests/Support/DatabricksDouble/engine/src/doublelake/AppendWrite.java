package doublelake;

import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;

/** New rows, perhaps in the place of all rows or of those that fit a predicate: one commit. */
final class AppendWrite implements BatchWrite {
  private final LakeTable table;
  private final StructType columns;
  private final boolean replacesAll;
  private final Predicate[] replaced;

  AppendWrite(LakeTable table, StructType columns, boolean replacesAll, Predicate[] replaced) {
    this.table = table;
    this.columns = columns;
    this.replacesAll = replacesAll;
    this.replaced = replaced;
  }

  @Override
  public DataWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
    return new AppendWriterFactory(
        new ParquetOutput(table.log, columns, table.snapshot.metadata().schema()));
  }

  @Override
  public boolean useCommitCoordinator() {
    return false;
  }

  @Override
  public void commit(WriterCommitMessage[] messages) {
    if (table instanceof StagedLakeTable staged) {
      staged.take(messages);
      return;
    }
    Transaction transaction = new Transaction(table.log, table.snapshot, table.name(), "WRITE");
    long inserted = transaction.addFiles(messages);
    long deleted = 0;
    if (replacesAll) {
      transaction.setMode("Overwrite");
      deleted = table.snapshot.liveRows();
      transaction.removeAllFiles();
    } else if (replaced.length > 0) {
      transaction.setMode("Overwrite");
      RowFilter filter = RowFilter.exactly(replaced, table.snapshot.metadata().schema());
      if (!filter.matchesAll(table.log, transaction.added)) {
        throw new LakeException("DELTA_REPLACE_WHERE_MISMATCH", "44000",
            "Written data does not conform to partial table overwrite condition or constraint.");
      }
      deleted = transaction.deleteRows(filter.matches(table.log, table.snapshot));
      transaction.readRows(filter, null);
    } else {
      transaction.setMode("Append");
    }
    transaction.commit(new Counts(inserted, 0, deleted));
  }

  @Override
  public void abort(WriterCommitMessage[] messages) {
    TaskFiles.delete(table.log, messages);
  }
}
