package doublelake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** CLUSTER BY, kept in the log as the domain `delta.clustering` by physical column names. */
final class Clustering {
  static final String DOMAIN = "delta.clustering";

  private Clustering() {}

  /** The domain's text for these columns; an empty list is CLUSTER BY NONE. */
  static String configuration(NamedReference[] columns, StructType schema) {
    ObjectNode domain = Json.object();
    ArrayNode list = domain.putArray("clusteringColumns");
    for (NamedReference column : columns) {
      ArrayNode path = list.addArray();
      StructType level = schema;
      for (String name : column.fieldNames()) {
        StructField field = level == null ? null : ColumnMapping.find(level, name);
        if (field == null) {
          throw new LakeException("UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703",
              "CLUSTER BY names the column " + String.join(".", column.fieldNames())
                  + ", which the table does not have.");
        }
        path.add(ColumnMapping.physicalName(field));
        level = field.dataType() instanceof StructType struct ? struct : null;
      }
    }
    domain.put("domainName", DOMAIN);
    return Json.text(domain);
  }

  static ObjectNode action(String configuration) {
    ObjectNode wrapper = Json.object();
    ObjectNode action = wrapper.putObject("domainMetadata");
    action.put("domain", DOMAIN);
    action.put("configuration", configuration);
    action.put("removed", false);
    return wrapper;
  }

  /** The clustering columns by visible name; nested ones are left out. */
  static List<String> columns(Snapshot snapshot) {
    List<String> columns = new ArrayList<>();
    String configuration = snapshot.domains().get(DOMAIN);
    if (configuration == null) {
      return columns;
    }
    for (JsonNode path : Json.parse(configuration).get("clusteringColumns")) {
      for (StructField field : snapshot.metadata().schema().fields()) {
        if (path.size() == 1 && ColumnMapping.physicalName(field).equals(path.get(0).asText())) {
          columns.add(field.name());
        }
      }
    }
    return columns;
  }
}
