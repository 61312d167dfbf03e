package doublelake;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * CREATE TABLE AS and CREATE OR REPLACE TABLE: the files are written first and one commit carries definition
 * and content, the removal of the old files included. Readers see the old table, then the new one.
 */
final class StagedLakeTable extends LakeTable implements StagedTable {
  private final TableDefinition definition;
  private final Snapshot before;
  private final List<WriterCommitMessage> written = new ArrayList<>();
  private boolean hasQuery;

  /** `before` is Snapshot.EMPTY where the table is new. */
  StagedLakeTable(String name, DeltaLog log, Snapshot before, TableDefinition definition) {
    super(name, log, definition.asSnapshot());
    this.before = before;
    this.definition = definition;
  }

  void take(WriterCommitMessage[] messages) {
    hasQuery = true;
    written.addAll(List.of(messages));
  }

  @Override
  public void commitStagedChanges() {
    boolean replaces = before.version() >= 0;
    Transaction transaction = new Transaction(log, before, name(), operation(replaces));
    definition.putInto(transaction);
    if (replaces) {
      transaction.removeAllFiles();
    }
    long rows = transaction.addFiles(written.toArray(new WriterCommitMessage[0]));
    transaction.commit(hasQuery ? new Counts(rows, 0, 0) : Counts.NONE);
  }

  private String operation(boolean replaces) {
    String operation = replaces ? "CREATE OR REPLACE TABLE" : "CREATE TABLE";
    return hasQuery ? operation + " AS SELECT" : operation;
  }

  /** Two interfaces bring a default of it. */
  @Override
  public CustomTaskMetric[] reportDriverMetrics() {
    return new CustomTaskMetric[0];
  }

  @Override
  public void abortStagedChanges() {
    TaskFiles.delete(log, written.toArray(new WriterCommitMessage[0]));
  }
}
