package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * The log's metaData action. The schema carries Delta's own field metadata (column mapping ids and
 * physical names, type changes); LakeTable hides them from Spark.
 */
record TableMetadata(
    String id, String comment, StructType schema, Map<String, String> configuration, long createdTime) {

  static TableMetadata of(ObjectNode action) {
    Map<String, String> configuration = new TreeMap<>();
    action.get("configuration").properties()
        .forEach(entry -> configuration.put(entry.getKey(), entry.getValue().asText()));
    return new TableMetadata(
        action.get("id").asText(),
        action.hasNonNull("description") ? action.get("description").asText() : null,
        (StructType) DataType.fromJson(action.get("schemaString").asText()),
        configuration,
        action.path("createdTime").asLong());
  }

  ObjectNode action() {
    ObjectNode wrapper = Json.object();
    ObjectNode action = wrapper.putObject("metaData");
    action.put("id", id);
    if (comment != null) {
      action.put("description", comment);
    }
    ObjectNode format = action.putObject("format");
    format.put("provider", "parquet");
    format.putObject("options");
    action.put("schemaString", schema.json());
    action.putArray("partitionColumns");
    ObjectNode properties = action.putObject("configuration");
    new TreeMap<>(configuration).forEach(properties::put);
    action.put("createdTime", createdTime);
    return wrapper;
  }

  boolean mapsColumns() {
    return ColumnMapping.isOn(configuration);
  }

  boolean writesDeletionVectors() {
    return "true".equalsIgnoreCase(configuration.get("delta.enableDeletionVectors"));
  }
}
