package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.roaringbitmap.RoaringBitmap;

/**
 * One commit: what a statement read, what it changes, and the loop that puts it into the log. A lost race is
 * checked against the commit that won (Conflicts) and either rebased or refused.
 */
final class Transaction {
  final DeltaLog log;
  final Snapshot read;
  final String tableName;
  final String operation;

  final List<DataFile> added = new ArrayList<>();
  /** Copies of old rows, where the table has no deletion vectors. */
  final List<DataFile> rewritten = new ArrayList<>();
  /** The files that lose rows or go, by the key which they have now. */
  final Map<String, ChangedFile> changed = new LinkedHashMap<>();
  TableMetadata newMetadata;
  Protocol newProtocol;
  String newClustering;
  boolean readsAll;
  /** False where rows only move between files. */
  boolean dataChange = true;
  RowFilter readRows;
  List<String> readKeys;
  private String mode;

  Transaction(DeltaLog log, Snapshot read, String tableName, String operation) {
    this.log = log;
    this.read = read;
    this.tableName = tableName;
    this.operation = operation;
  }

  void setMode(String mode) {
    this.mode = mode;
  }

  /** Takes the tasks' files; answers their rows. */
  long addFiles(WriterCommitMessage[] messages) {
    long rows = 0;
    for (WriterCommitMessage message : messages) {
      TaskResult result = (TaskResult) message;
      if (result.file != null) {
        added.add(result.file);
        rows += result.file.physicalRows();
      }
    }
    return rows;
  }

  void removeAllFiles() {
    readsAll = true;
    read.files().forEach((key, file) -> changed.put(key, new ChangedFile(file, null, null)));
  }

  /** The rows that the statement read: those that fit `filter`; of a MERGE, known by its key columns. */
  void readRows(RowFilter filter, List<String> keys) {
    readRows = filter;
    readKeys = keys;
  }

  /** Deletes rows by file and position; answers how many. */
  long deleteRows(Map<String, RoaringBitmap> positions) {
    long rows = 0;
    for (Map.Entry<String, RoaringBitmap> entry : positions.entrySet()) {
      DataFile file = read.files().get(entry.getKey());
      RoaringBitmap deleted = entry.getValue();
      rows += deleted.getLongCardinality();
      if (deleted.getLongCardinality() == file.liveRows()) {
        changed.put(file.key(), new ChangedFile(file, deleted, null));
      } else if (read.metadata().writesDeletionVectors()) {
        changed.put(file.key(), new ChangedFile(file, deleted, deleted));
      } else {
        try {
          rewritten.add(FileRewrite.without(log, read.metadata().schema(), file, deleted));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        changed.put(file.key(), new ChangedFile(file, null, null));
      }
    }
    return rows;
  }

  /** Takes away what this transaction wrote beside the tasks' files, and forgets it, when it fails. */
  Snapshot commit(Counts counts) {
    try {
      return committed(counts);
    } catch (RuntimeException e) {
      TaskFiles.delete(log, rewritten);
      throw e;
    }
  }

  private Snapshot committed(Counts counts) {
    readsAll |= StatementReads.contains(log);
    log.checkIsStill(read);
    long version = read.version() + 1;
    while (true) {
      List<DataFile> struckOut = new ArrayList<>();
      if (log.put(version, actions(counts, struckOut))) {
        if (counts != Counts.NONE) {
          Statements.record(counts);
        }
        return log.snapshot();
      }
      ChangedFile.discardVectors(log, struckOut);
      for (List<ObjectNode> winner; (winner = log.actions(version)) != null; version++) {
        new Conflicts(this, version, winner).check();
      }
    }
  }

  private List<ObjectNode> actions(Counts counts, List<DataFile> struckOut) {
    long now = System.currentTimeMillis();
    List<ObjectNode> actions = new ArrayList<>();
    actions.add(commitInfo(now, counts));
    if (newProtocol != null) {
      actions.add(newProtocol.action());
    }
    if (newMetadata != null) {
      actions.add(newMetadata.action());
    }
    if (newClustering != null) {
      actions.add(Clustering.action(newClustering));
    }
    for (ChangedFile file : changed.values()) {
      actions.add(file.before().removeAction(now, dataChange));
      if (file.struckOut() != null) {
        DataFile after = file.after(log);
        struckOut.add(after);
        actions.add(after.addAction(dataChange));
      }
    }
    added.forEach(file -> actions.add(file.addAction(dataChange)));
    rewritten.forEach(file -> actions.add(file.addAction(dataChange)));
    return actions;
  }

  boolean isBlindAppend() {
    return changed.isEmpty() && readRows == null && !readsAll && newMetadata == null;
  }

  private ObjectNode commitInfo(long now, Counts counts) {
    ObjectNode wrapper = Json.object();
    ObjectNode info = wrapper.putObject("commitInfo");
    info.put("timestamp", now);
    info.put("operation", operation);
    ObjectNode parameters = info.putObject("operationParameters");
    if (mode != null) {
      parameters.put("mode", mode);
      parameters.put("partitionBy", "[]");
    }
    if (read.version() >= 0) {
      info.put("readVersion", read.version());
    }
    info.put("isolationLevel", "WriteSerializable");
    info.put("isBlindAppend", isBlindAppend());
    ObjectNode metrics = info.putObject("operationMetrics");
    OperationMetrics.of(this, counts).forEach(metrics::put);
    info.put("engineInfo", "databricks-double");
    info.put("txnId", java.util.UUID.randomUUID().toString());
    return wrapper;
  }
}
