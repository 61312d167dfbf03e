package doublelake;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.constraints.Check;
import org.apache.spark.sql.connector.catalog.constraints.Constraint;
import org.apache.spark.sql.connector.catalog.constraints.PrimaryKey;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Constraints live in the table's properties: checks where Delta wants them, the primary key, which Unity
 * Catalog keeps outside of the log, under a property of the double's own. Spark enforces the checks.
 */
final class Constraints {
  private static final String CHECK = "delta.constraints.";
  static final String PRIMARY_KEY = "double.primaryKey.";

  private Constraints() {}

  static boolean hasChecks(Map<String, String> properties) {
    return properties.keySet().stream().anyMatch(key -> key.startsWith(CHECK));
  }

  static void put(Constraint constraint, Map<String, String> properties) {
    if (constraint instanceof Check check) {
      properties.put(CHECK + check.name(), check.predicateSql());
    } else if (constraint instanceof PrimaryKey key) {
      if (primaryKey(properties) != null) {
        throw new LakeException("MULTIPLE_PRIMARY_KEYS", "42889", "The table has a primary key already.");
      }
      List<String> columns = Arrays.stream(key.columns()).map(c -> c.fieldNames()[0]).toList();
      properties.put(PRIMARY_KEY + key.name(), Json.text(columns));
    } else {
      throw new LakeException("UNSUPPORTED_FEATURE.TABLE_OPERATION", "0A000",
          "The double has no constraint like " + constraint.toDDL() + ".");
    }
  }

  static void remove(String name, boolean ifExists, Map<String, String> properties) {
    boolean removed = properties.keySet().removeIf(
        key -> key.equalsIgnoreCase(CHECK + name) || key.equalsIgnoreCase(PRIMARY_KEY + name));
    if (!removed && !ifExists) {
      throw new LakeException("DELTA_CONSTRAINT_DOES_NOT_EXIST", "42704",
          "Cannot drop nonexistent constraint " + name + ".");
    }
  }

  static Constraint[] of(Map<String, String> properties) {
    List<Constraint> constraints = new ArrayList<>();
    properties.forEach((key, value) -> {
      if (key.startsWith(CHECK)) {
        constraints.add(Constraint.check(key.substring(CHECK.length()))
            .predicateSql(value).enforced(true).build());
      } else if (key.startsWith(PRIMARY_KEY)) {
        NamedReference[] columns =
            columns(value).stream().map(Expressions::column).toArray(NamedReference[]::new);
        constraints.add(Constraint.primaryKey(key.substring(PRIMARY_KEY.length()), columns)
            .enforced(false).rely(false).build());
      }
    });
    return constraints.toArray(new Constraint[0]);
  }

  /** The columns of the primary key, or null. */
  static List<String> primaryKey(Map<String, String> properties) {
    for (Map.Entry<String, String> property : properties.entrySet()) {
      if (property.getKey().startsWith(PRIMARY_KEY)) {
        return columns(property.getValue());
      }
    }
    return null;
  }

  /** CREATE TABLE: "primary key columns are implicitly defined as NOT NULL". */
  static StructType withKeyNotNull(StructType schema, Map<String, String> properties) {
    List<String> key = primaryKey(properties);
    if (key == null) {
      return schema;
    }
    StructField[] fields = schema.fields().clone();
    for (int i = 0; i < fields.length; i++) {
      StructField field = fields[i];
      boolean nullable = field.nullable() && key.stream().noneMatch(field.name()::equalsIgnoreCase);
      fields[i] = new StructField(field.name(), field.dataType(), nullable, field.metadata());
    }
    return new StructType(fields);
  }

  /** ALTER TABLE takes a key of columns only that are NOT NULL already. */
  static void checkKey(StructType schema, Map<String, String> properties) {
    List<String> key = primaryKey(properties);
    for (String column : key == null ? List.<String>of() : key) {
      StructField field = ColumnMapping.find(schema, column);
      if (field == null || field.nullable()) {
        throw new LakeException("INVALID_PARAMETER_VALUE", "22023",
            "Cannot create the primary key because its child column(s) `" + column
                + "` is nullable. Please change the column nullability and retry.");
      }
    }
  }

  /** A renamed column keeps its place in the key. */
  static void rename(String from, String to, Map<String, String> properties) {
    properties.replaceAll((key, value) -> key.startsWith(PRIMARY_KEY)
        ? Json.text(columns(value).stream().map(c -> c.equalsIgnoreCase(from) ? to : c).toList())
        : value);
  }

  private static List<String> columns(String json) {
    try {
      return Arrays.asList(Json.MAPPER.readValue(json, String[].class));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
