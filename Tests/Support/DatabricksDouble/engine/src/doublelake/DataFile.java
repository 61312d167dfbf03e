package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;

/**
 * An add action: one Parquet file of the table, with the rows of it that are deleted. `path` is the file's
 * name relative to the table's folder. `stats` is the JSON text of the log, never null for our own files.
 */
record DataFile(
    String path, long size, long modificationTime, String stats, DeletionVector.Descriptor deleted)
    implements Serializable {

  static DataFile of(ObjectNode add) {
    String path = java.net.URI.create(add.get("path").asText()).getPath();
    ObjectNode vector = (ObjectNode) add.get("deletionVector");
    return new DataFile(
        path,
        add.get("size").asLong(),
        add.path("modificationTime").asLong(),
        add.hasNonNull("stats") ? add.get("stats").asText() : null,
        vector == null ? null : DeletionVector.Descriptor.of(vector));
  }

  /** Files are known to the log by path and deletion vector together. */
  static String key(String path, ObjectNode deletionVector) {
    return deletionVector == null
        ? path
        : path + "#" + DeletionVector.Descriptor.of(deletionVector).uniqueId();
  }

  String key() {
    return deleted == null ? path : path + "#" + deleted.uniqueId();
  }

  long physicalRows() {
    return stats == null ? 0 : Json.parse(stats).path("numRecords").asLong();
  }

  long liveRows() {
    return physicalRows() - (deleted == null ? 0 : deleted.cardinality());
  }

  /** The same file with other rows deleted. Its bounds may now be wider than its rows: say so. */
  DataFile withDeleted(DeletionVector.Descriptor vector) {
    ObjectNode wider = Json.parse(stats);
    wider.put("tightBounds", false);
    return new DataFile(path, size, modificationTime, Json.text(wider), vector);
  }

  ObjectNode addAction(boolean dataChange) {
    ObjectNode wrapper = Json.object();
    ObjectNode add = wrapper.putObject("add");
    add.put("path", path);
    add.putObject("partitionValues");
    add.put("size", size);
    add.put("modificationTime", modificationTime);
    add.put("dataChange", dataChange);
    if (stats != null) {
      add.put("stats", stats);
    }
    if (deleted != null) {
      add.set("deletionVector", deleted.json());
    }
    return wrapper;
  }

  ObjectNode removeAction(long now, boolean dataChange) {
    ObjectNode wrapper = Json.object();
    ObjectNode remove = wrapper.putObject("remove");
    remove.put("path", path);
    remove.put("deletionTimestamp", now);
    remove.put("dataChange", dataChange);
    remove.put("extendedFileMetadata", true);
    remove.putObject("partitionValues");
    remove.put("size", size);
    if (deleted != null) {
      remove.set("deletionVector", deleted.json());
    }
    return wrapper;
  }
}
