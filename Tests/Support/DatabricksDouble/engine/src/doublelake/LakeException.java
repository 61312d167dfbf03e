package doublelake;

import java.util.Map;
import org.apache.spark.SparkThrowable;

/**
 * A failure as Databricks reports it: error class in brackets, text, SQLSTATE. It is a SparkThrowable,
 * so that pyspark's getCondition() and getSqlState() answer for it as for Spark's own errors; of the
 * exceptions that pyspark converts at all, IllegalArgumentException is the nearest.
 */
public final class LakeException extends IllegalArgumentException implements SparkThrowable {
  private final String condition;
  private final String sqlState;

  LakeException(String condition, String sqlState, String text) {
    super("[" + condition + "] " + text + " SQLSTATE: " + sqlState);
    this.condition = condition;
    this.sqlState = sqlState;
  }

  @Override
  public String getCondition() {
    return condition;
  }

  @Override
  public String getSqlState() {
    return sqlState;
  }

  @Override
  public Map<String, String> getMessageParameters() {
    return Map.of();
  }
}
