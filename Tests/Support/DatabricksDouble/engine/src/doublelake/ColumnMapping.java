package doublelake;

import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Column mapping by name: each field of the schema, nested ones included, has an id and the physical name
 * under which Parquet knows it, so that a rename or a drop touches no file.
 */
final class ColumnMapping {
  static final String MODE = "delta.columnMapping.mode";
  static final String MAX_ID = "delta.columnMapping.maxColumnId";
  private static final String ID = "delta.columnMapping.id";
  private static final String PHYSICAL_NAME = "delta.columnMapping.physicalName";

  private ColumnMapping() {}

  static boolean isOn(Map<String, String> properties) {
    return "name".equalsIgnoreCase(properties.get(MODE));
  }

  /** Numbers the fields that have no id yet, and keeps the highest id in the properties. */
  static StructType assigned(StructType schema, Map<String, String> properties) {
    return assigned(schema, properties, field -> "col-" + UUID.randomUUID());
  }

  /** Mapping switched on over files that exist: their columns keep the names which they have there. */
  static StructType assignedOverFiles(StructType schema, Map<String, String> properties) {
    return assigned(schema, properties, StructField::name);
  }

  private static StructType assigned(
      StructType schema, Map<String, String> properties, Function<StructField, String> names) {
    long[] last = {Long.parseLong(properties.getOrDefault(MAX_ID, "0"))};
    StructType assigned = mapFields(schema, field -> field.metadata().contains(ID)
        ? field
        : withMetadata(field, new MetadataBuilder()
            .withMetadata(field.metadata())
            .putLong(ID, ++last[0])
            .putString(PHYSICAL_NAME, names.apply(field))
            .build()));
    properties.put(MAX_ID, Long.toString(last[0]));
    return assigned;
  }

  /** The schema as users see it: Delta's own field metadata taken out. */
  static StructType visible(StructType schema) {
    return mapFields(schema, field -> {
      MetadataBuilder metadata = new MetadataBuilder().withMetadata(field.metadata());
      metadata.remove(ID);
      metadata.remove(PHYSICAL_NAME);
      metadata.remove(TypeWidening.CHANGES);
      return withMetadata(field, metadata.build());
    });
  }

  /** `wanted`, a part of the table's schema by visible names, as Parquet holds it. */
  static StructType physical(StructType wanted, StructType table) {
    return physical(wanted, table, true);
  }

  /** To read by: names only, as files from before the mapping hold no ids. */
  static StructType physicalNames(StructType wanted, StructType table) {
    return physical(wanted, table, false);
  }

  private static StructType physical(StructType wanted, StructType table, boolean ids) {
    StructField[] fields = new StructField[wanted.size()];
    for (int i = 0; i < fields.length; i++) {
      StructField field = wanted.fields()[i];
      StructField known = find(table, field.name());
      DataType type = known == null
          ? field.dataType()
          : physicalType(field.dataType(), known.dataType(), ids);
      Metadata metadata = ids && known != null && known.metadata().contains(ID)
          ? new MetadataBuilder().putLong("parquet.field.id", known.metadata().getLong(ID)).build()
          : Metadata.empty();
      String name = known == null ? field.name() : physicalName(known);
      fields[i] = new StructField(name, type, field.nullable(), metadata);
    }
    return new StructType(fields);
  }

  static String physicalName(StructField field) {
    return field.metadata().contains(PHYSICAL_NAME)
        ? field.metadata().getString(PHYSICAL_NAME)
        : field.name();
  }

  static StructField find(StructType schema, String name) {
    for (StructField field : schema.fields()) {
      if (field.name().equalsIgnoreCase(name)) {
        return field;
      }
    }
    return null;
  }

  private static DataType physicalType(DataType wanted, DataType table, boolean ids) {
    if (wanted instanceof StructType part && table instanceof StructType whole) {
      return physical(part, whole, ids);
    }
    if (wanted instanceof ArrayType part && table instanceof ArrayType whole) {
      return new ArrayType(physicalType(part.elementType(), whole.elementType(), ids), part.containsNull());
    }
    if (wanted instanceof MapType part && table instanceof MapType whole) {
      return new MapType(
          physicalType(part.keyType(), whole.keyType(), ids),
          physicalType(part.valueType(), whole.valueType(), ids),
          part.valueContainsNull());
    }
    return wanted;
  }

  private static StructType mapFields(StructType schema, UnaryOperator<StructField> change) {
    StructField[] fields = new StructField[schema.size()];
    for (int i = 0; i < fields.length; i++) {
      StructField field = change.apply(schema.fields()[i]);
      fields[i] = new StructField(
          field.name(), mapType(field.dataType(), change), field.nullable(), field.metadata());
    }
    return new StructType(fields);
  }

  private static DataType mapType(DataType type, UnaryOperator<StructField> change) {
    if (type instanceof StructType struct) {
      return mapFields(struct, change);
    }
    if (type instanceof ArrayType array) {
      return new ArrayType(mapType(array.elementType(), change), array.containsNull());
    }
    if (type instanceof MapType map) {
      return new MapType(
          mapType(map.keyType(), change), mapType(map.valueType(), change), map.valueContainsNull());
    }
    return type;
  }

  private static StructField withMetadata(StructField field, Metadata metadata) {
    return new StructField(field.name(), field.dataType(), field.nullable(), metadata);
  }
}
