package doublelake;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.SparkSession;

/**
 * The tables that each Spark execution has scanned. An INSERT … SELECT that reads its own target is no
 * blind append: it has to lose against a commit that changed what it read.
 */
final class StatementReads {
  private static final int REMEMBERED = 256;
  private static final Map<String, Set<Path>> SCANNED = new LinkedHashMap<>() {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Set<Path>> eldest) {
      return size() > REMEMBERED;
    }
  };

  private StatementReads() {}

  static void record(DeltaLog log) {
    String execution = execution();
    if (execution != null) {
      synchronized (SCANNED) {
        SCANNED.computeIfAbsent(execution, key -> new HashSet<>()).add(log.table);
      }
    }
  }

  static boolean contains(DeltaLog log) {
    synchronized (SCANNED) {
      return SCANNED.getOrDefault(execution(), Set.of()).contains(log.table);
    }
  }

  private static String execution() {
    return ((org.apache.spark.sql.classic.SparkSession) SparkSession.active())
        .sparkContext().getLocalProperty("spark.sql.execution.id");
  }
}
