package doublelake;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.connector.write.DeltaBatchWrite;
import org.apache.spark.sql.connector.write.DeltaWriterFactory;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.RowLevelOperation.Command;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;
import org.roaringbitmap.RoaringBitmap;

/** The commit of MERGE, UPDATE or DELETE. */
final class RowLevelWrite implements DeltaBatchWrite {
  private final RowLevelChange change;
  private final LakeTable table;
  private final StructType columns;

  RowLevelWrite(RowLevelChange change, StructType columns) {
    this.change = change;
    this.table = change.table();
    this.columns = columns;
  }

  @Override
  public DeltaWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
    return new RowChangeWriterFactory(
        new ParquetOutput(table.log, columns, table.snapshot.metadata().schema()));
  }

  @Override
  public boolean useCommitCoordinator() {
    return false;
  }

  @Override
  public void commit(WriterCommitMessage[] messages) {
    Map<String, RoaringBitmap> deletedRows = new HashMap<>();
    long inserted = 0;
    long updated = 0;
    long deleted = 0;
    for (WriterCommitMessage message : messages) {
      TaskResult result = (TaskResult) message;
      result.deletedRows.forEach((file, rows) ->
          deletedRows.computeIfAbsent(file, key -> new RoaringBitmap()).or(rows));
      inserted += result.inserted;
      updated += result.updated;
      deleted += result.deleted;
    }
    Counts counts = new Counts(inserted, updated, deleted);
    if (counts.affected() == 0) {
      Statements.record(counts);
      return;
    }
    Transaction transaction =
        new Transaction(table.log, table.snapshot, table.name(), change.command().name());
    transaction.addFiles(messages);
    transaction.deleteRows(deletedRows);
    // A MERGE reads the rows that its source matches, known by their keys; the other two what they ask for.
    boolean merges = change.command() == Command.MERGE;
    transaction.readRows(
        RowFilter.of(change.readPredicates(), table.snapshot.metadata().schema()),
        merges ? table.keyColumns() : null);
    transaction.commit(counts);
  }

  @Override
  public void abort(WriterCommitMessage[] messages) {
    TaskFiles.delete(table.log, messages);
  }
}
