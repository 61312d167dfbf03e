package doublelake;

import java.util.Locale;
import org.apache.spark.sql.types.DataType;

/** The type names of information_schema.columns.data_type: without parameters, as Databricks lists them. */
final class TypeNames {
  private TypeNames() {}

  static String shortName(DataType type) {
    String sql = type.sql().toUpperCase(Locale.ROOT);
    String name = sql.replaceAll("[(<].*", "");
    return switch (name) {
      case "BIGINT" -> "LONG";
      case "SMALLINT" -> "SHORT";
      case "TINYINT" -> "BYTE";
      default -> name;
    };
  }
}
