package doublelake;

import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;

/**
 * The type changes that Databricks documents as widening ("Type widening", supported type changes), and the
 * field metadata in which the protocol wants them recorded.
 */
final class TypeWidening {
  static final String CHANGES = "delta.typeChanges";
  private static final String ENABLED = "delta.enableTypeWidening";

  private TypeWidening() {}

  static boolean isOn(Map<String, String> properties) {
    return "true".equalsIgnoreCase(properties.get(ENABLED));
  }

  static boolean allows(DataType from, DataType to) {
    if (to instanceof DecimalType decimal) {
      return widensToDecimal(from, decimal);
    }
    if (from == DataTypes.ByteType) {
      return to == DataTypes.ShortType || to == DataTypes.IntegerType || to == DataTypes.LongType
          || to == DataTypes.DoubleType;
    }
    if (from == DataTypes.ShortType) {
      return to == DataTypes.IntegerType || to == DataTypes.LongType || to == DataTypes.DoubleType;
    }
    if (from == DataTypes.IntegerType) {
      return to == DataTypes.LongType || to == DataTypes.DoubleType;
    }
    return from == DataTypes.FloatType && to == DataTypes.DoubleType
        || from == DataTypes.DateType && to == DataTypes.TimestampNTZType;
  }

  /** The digits before the point may not shrink; the smallest targets are decimal(10,0) and decimal(20,0). */
  private static boolean widensToDecimal(DataType from, DecimalType to) {
    if (from instanceof DecimalType decimal) {
      return to.scale() >= decimal.scale()
          && to.precision() - to.scale() >= decimal.precision() - decimal.scale();
    }
    int digits = to.precision() - to.scale();
    if (from == DataTypes.LongType) {
      return digits >= 20;
    }
    return digits >= 10
        && (from == DataTypes.ByteType || from == DataTypes.ShortType || from == DataTypes.IntegerType);
  }

  /** Refuses what is not allowed, as Databricks does, with the column's name. */
  static void check(String column, DataType from, DataType to, Map<String, String> properties) {
    if (from.equals(to)) {
      return;
    }
    if (!isOn(properties) || !allows(from, to)) {
      throw new LakeException("DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP", "0AKDC",
          "ALTER TABLE ALTER COLUMN is not supported for changing column " + column + " from "
              + from.sql() + " to " + to.sql() + ".");
    }
  }

  /** The field's metadata with one more change in its list. */
  static Metadata recorded(StructField field, DataType from, DataType to) {
    Metadata[] earlier =
        field.metadata().contains(CHANGES) ? field.metadata().getMetadataArray(CHANGES) : new Metadata[0];
    Metadata[] changes = java.util.Arrays.copyOf(earlier, earlier.length + 1);
    changes[earlier.length] = new MetadataBuilder()
        .putString("fromType", from.typeName())
        .putString("toType", to.typeName())
        .build();
    return new MetadataBuilder()
        .withMetadata(field.metadata())
        .putMetadataArray(CHANGES, changes)
        .build();
  }
}
