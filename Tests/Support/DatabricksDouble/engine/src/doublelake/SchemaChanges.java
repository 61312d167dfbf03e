package doublelake;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.CatalogV2Util$;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.FieldReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Changes of columns: which of them a table allows, and the schema after them. */
final class SchemaChanges {
  private SchemaChanges() {}

  /** Refuses what Databricks refuses; answers the change's name in the table's history. */
  static String check(TableChange change, LakeTable table, Map<String, String> properties) {
    boolean mapped = ColumnMapping.isOn(properties);
    StructType schema = table.snapshot.metadata().schema();
    if (change instanceof TableChange.RenameColumn) {
      if (!mapped) {
        throw new LakeException("DELTA_UNSUPPORTED_RENAME_COLUMN", "0AKDC",
            "Column rename is not supported for your Delta table. Please enable column mapping.");
      }
      return "RENAME COLUMN";
    }
    if (change instanceof TableChange.DeleteColumn drop) {
      checkDrop(drop, table, mapped);
      return "DROP COLUMNS";
    }
    if (change instanceof TableChange.UpdateColumnType update) {
      if (update.fieldNames().length > 1) {
        throw new LakeException("UNSUPPORTED_FEATURE.NESTED_TYPE_CHANGE", "0A000",
            "The double widens types of top-level columns only.");
      }
      TypeWidening.check(String.join(".", update.fieldNames()),
          typeAt(schema, update.fieldNames()), update.newDataType(), properties);
      return "CHANGE COLUMN";
    }
    if (change instanceof TableChange.UpdateColumnNullability update && !update.nullable()) {
      checkNoNulls(update, table);
      return "CHANGE COLUMN";
    }
    if (change instanceof TableChange.AddColumn add && !add.isNullable()) {
      throw new LakeException("DELTA_OPERATION_NOT_ALLOWED", "0AKDC",
          "Operation not allowed: NOT NULL in ALTER TABLE ADD COLUMNS, for "
              + String.join(".", add.fieldNames()) + ".");
    }
    return change instanceof TableChange.AddColumn ? "ADD COLUMNS" : "CHANGE COLUMN";
  }

  static StructType applied(StructType schema, List<TableChange> changes) {
    if (changes.isEmpty()) {
      return schema;
    }
    StructType changed = CatalogV2Util$.MODULE$.applySchemaChanges(
        schema, Scala.seq(changes), scala.Option.apply("delta"), "ALTER TABLE");
    for (TableChange change : changes) {
      if (change instanceof TableChange.UpdateColumnType update && update.fieldNames().length == 1) {
        changed = withRecordedChange(schema, changed, update.fieldNames()[0]);
      }
    }
    return changed;
  }

  private static StructType withRecordedChange(StructType before, StructType after, String name) {
    StructField old = ColumnMapping.find(before, name);
    StructField[] fields = after.fields().clone();
    for (int i = 0; i < fields.length; i++) {
      StructField field = fields[i];
      if (field.name().equalsIgnoreCase(name) && !field.dataType().equals(old.dataType())) {
        fields[i] = new StructField(field.name(), field.dataType(), field.nullable(),
            TypeWidening.recorded(field, old.dataType(), field.dataType()));
      }
    }
    return new StructType(fields);
  }

  private static void checkDrop(TableChange.DeleteColumn drop, LakeTable table, boolean mapped) {
    if (!mapped) {
      throw new LakeException("DELTA_UNSUPPORTED_DROP_COLUMN", "0AKDC",
          "DROP COLUMN is not supported for your Delta table. Please enable column mapping.");
    }
    if (drop.fieldNames().length == 1 && table.snapshot.metadata().schema().size() == 1) {
      throw new LakeException("DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA", "0AKDC",
          "Cannot drop column from a schema with a single column.");
    }
    String name = drop.fieldNames()[0];
    if (drop.fieldNames().length == 1
        && Clustering.columns(table.snapshot).stream().anyMatch(name::equalsIgnoreCase)) {
      throw new LakeException("DELTA_UNSUPPORTED_DROP_CLUSTERING_COLUMN", "0AKDC",
          "Dropping clustering columns (" + name + ") is not supported.");
    }
  }

  private static void checkNoNulls(TableChange.UpdateColumnNullability update, LakeTable table) {
    Predicate isNull = new Predicate("IS_NULL",
        new Expression[] {new FieldReference(Scala.seq(List.of(update.fieldNames())))});
    boolean hasNulls = RowFilter.of(new Predicate[] {isNull}, table.snapshot.metadata().schema())
        .matchesAny(table.log, table.snapshot.files().values());
    if (hasNulls) {
      throw new LakeException("DELTA_NEW_NOT_NULL_VIOLATION", "23512",
          "Rows in " + table.name() + " violate the new NOT NULL constraint on "
              + String.join(".", update.fieldNames()) + ".");
    }
  }

  private static DataType typeAt(StructType schema, String[] path) {
    DataType type = schema;
    for (String name : path) {
      if (type instanceof StructType struct) {
        type = ColumnMapping.find(struct, name).dataType();
      } else if (type instanceof ArrayType array) {
        type = array.elementType();
      } else if (type instanceof MapType map) {
        type = name.equals("key") ? map.keyType() : map.valueType();
      }
    }
    return type;
  }
}
