package doublelake;

import java.util.Map;
import java.util.TreeMap;

/** The operationMetrics of a commit, by the names that DESCRIBE HISTORY documents. */
final class OperationMetrics {
  private OperationMetrics() {}

  static Map<String, String> of(Transaction transaction, Counts counts) {
    Map<String, String> metrics = new TreeMap<>();
    long bytes = transaction.added.stream().mapToLong(DataFile::size).sum();
    int filesAdded = transaction.added.size() + transaction.rewritten.size();
    switch (transaction.operation) {
      case "MERGE" -> {
        put(metrics, "numTargetRowsInserted", counts.inserted());
        put(metrics, "numTargetRowsUpdated", counts.updated());
        put(metrics, "numTargetRowsDeleted", counts.deleted());
        put(metrics, "numOutputRows", counts.inserted() + counts.updated());
        put(metrics, "numTargetFilesAdded", filesAdded);
        put(metrics, "numTargetFilesRemoved", transaction.changed.size());
      }
      case "UPDATE" -> {
        put(metrics, "numUpdatedRows", counts.updated());
        put(metrics, "numAddedFiles", filesAdded);
        put(metrics, "numRemovedFiles", transaction.changed.size());
      }
      case "DELETE", "TRUNCATE" -> {
        put(metrics, "numDeletedRows", counts.deleted());
        put(metrics, "numRemovedFiles", transaction.changed.size());
      }
      case "OPTIMIZE" -> {
        put(metrics, "numAddedFiles", filesAdded);
        put(metrics, "numRemovedFiles", transaction.changed.size());
      }
      default -> {
        if (!transaction.added.isEmpty() || !transaction.changed.isEmpty()) {
          put(metrics, "numFiles", transaction.added.size());
          put(metrics, "numOutputRows", counts.inserted());
          put(metrics, "numOutputBytes", bytes);
        }
      }
    }
    return metrics;
  }

  private static void put(Map<String, String> metrics, String name, long value) {
    metrics.put(name, Long.toString(value));
  }
}
