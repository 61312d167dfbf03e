package doublelake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Instant;
import org.apache.spark.sql.types.StructField;

/**
 * The rows of DESCRIBE HISTORY and DESCRIBE DETAIL, and what the tables API of Unity Catalog tells, for the
 * server to ask over py4j. All of them take the table's folder and answer JSON.
 */
public final class TableFacts {
  private TableFacts() {}

  /** Commits, the newest first; `limit` 0 means all. */
  public static String history(String folder, int limit) {
    DeltaLog log = log(folder);
    ArrayNode rows = Json.MAPPER.createArrayNode();
    for (long version = log.snapshot().version(); version >= 0; version--) {
      if (limit > 0 && rows.size() == limit) {
        break;
      }
      ObjectNode info = log.commitInfo(version);
      ObjectNode row = rows.addObject();
      row.put("version", version);
      row.put("timestamp", Instant.ofEpochMilli(info.path("timestamp").asLong()).toString());
      row.set("operation", info.get("operation"));
      row.set("operationParameters", info.get("operationParameters"));
      row.set("readVersion", info.get("readVersion"));
      row.set("isolationLevel", info.get("isolationLevel"));
      row.set("isBlindAppend", info.get("isBlindAppend"));
      row.set("operationMetrics", info.get("operationMetrics"));
      row.set("engineInfo", info.get("engineInfo"));
    }
    return Json.text(rows);
  }

  public static String detail(String folder, String name) {
    DeltaLog log = log(folder);
    Snapshot snapshot = log.snapshot();
    TableMetadata table = snapshot.metadata();
    JsonNode protocol = snapshot.protocol().action().get("protocol");
    ObjectNode row = Json.object();
    row.put("format", "delta");
    row.put("id", table.id());
    row.put("name", name);
    row.put("description", table.comment());
    row.put("location", log.table.toUri().toString());
    row.put("createdAt", Instant.ofEpochMilli(table.createdTime()).toString());
    row.put("lastModified",
        Instant.ofEpochMilli(log.commitInfo(snapshot.version()).path("timestamp").asLong()).toString());
    row.putArray("partitionColumns");
    Clustering.columns(snapshot).forEach(row.putArray("clusteringColumns")::add);
    row.put("numFiles", snapshot.files().size());
    row.put("sizeInBytes", snapshot.files().values().stream().mapToLong(DataFile::size).sum());
    ObjectNode properties = row.putObject("properties");
    table.configuration().forEach(properties::put);
    row.set("minReaderVersion", protocol.get("minReaderVersion"));
    row.set("minWriterVersion", protocol.get("minWriterVersion"));
    ArrayNode features = row.putArray("tableFeatures");
    snapshot.protocol().writerFeatures().forEach(features::add);
    return Json.text(row);
  }

  /** Comment, properties, columns and primary key of a table. */
  public static String definition(String folder) {
    Snapshot snapshot = log(folder).snapshot();
    TableMetadata table = snapshot.metadata();
    ObjectNode row = Json.object();
    row.put("table_id", table.id());
    row.put("comment", table.comment());
    row.put("created_at", table.createdTime());
    ObjectNode properties = row.putObject("properties");
    table.configuration().forEach(properties::put);
    ArrayNode columns = row.putArray("columns");
    for (StructField field : ColumnMapping.visible(table.schema()).fields()) {
      ObjectNode column = columns.addObject();
      column.put("name", field.name());
      column.put("type_text", field.dataType().catalogString());
      column.put("type_name", TypeNames.shortName(field.dataType()));
      column.put("type_json", field.dataType().json());
      column.put("position", columns.size() - 1);
      column.put("nullable", field.nullable());
      column.put("comment", field.getComment().isDefined() ? field.getComment().get() : null);
    }
    var key = Constraints.primaryKey(table.configuration());
    if (key != null) {
      key.forEach(row.putArray("primary_key")::add);
    }
    return Json.text(row);
  }

  private static DeltaLog log(String folder) {
    DeltaLog log = new DeltaLog(Path.of(folder));
    if (!log.exists()) {
      throw new LakeException("TABLE_OR_VIEW_NOT_FOUND", "42P01", "There is no Delta table here.");
    }
    return log;
  }
}
