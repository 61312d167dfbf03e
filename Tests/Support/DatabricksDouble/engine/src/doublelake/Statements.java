package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.sql.SparkSession;

/**
 * The row counts of each statement's last change, for the server to serve as num_affected_rows. A statement
 * is known by the local property `double.statement` (or else the job group) of the thread that runs it.
 */
public final class Statements {
  public static final String PROPERTY = "double.statement";
  private static final ConcurrentHashMap<String, Counts> COUNTS = new ConcurrentHashMap<>();

  private Statements() {}

  static void record(Counts counts) {
    var context = ((org.apache.spark.sql.classic.SparkSession) SparkSession.active()).sparkContext();
    String statement = context.getLocalProperty(PROPERTY);
    if (statement == null) {
      statement = context.getLocalProperty("spark.jobGroup.id");
    }
    if (statement != null) {
      COUNTS.put(statement, counts);
    }
  }

  /** The counts as JSON, forgotten once taken; null where the statement changed no rows of a table. */
  public static String takeCounts(String statement) {
    Counts counts = COUNTS.remove(statement);
    if (counts == null) {
      return null;
    }
    ObjectNode json = Json.object();
    json.put("num_affected_rows", counts.affected());
    json.put("num_updated_rows", counts.updated());
    json.put("num_deleted_rows", counts.deleted());
    json.put("num_inserted_rows", counts.inserted());
    return Json.text(json);
  }
}
