package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a transaction may follow a commit that it has not seen: Delta's rules for WriteSerializable, by
 * rows where deletion vectors make that possible. Row changes that do not touch are rebased.
 */
final class Conflicts {
  private static final String SQLSTATE = "2D521";

  private final Transaction mine;
  private final long version;
  private final String operation;
  private final boolean blindAppend;
  private boolean movesRowsOnly;
  private boolean changesMetadata;
  private boolean changesProtocol;
  private final Map<String, DataFile> added = new HashMap<>();
  private final List<String> removed = new ArrayList<>();

  Conflicts(Transaction mine, long version, List<ObjectNode> winner) {
    this.mine = mine;
    this.version = version;
    ObjectNode info = Json.object();
    for (ObjectNode action : winner) {
      if (action.has("commitInfo")) {
        info = (ObjectNode) action.get("commitInfo");
      } else if (action.has("metaData")) {
        changesMetadata = true;
      } else if (action.has("protocol")) {
        changesProtocol = true;
      } else if (action.has("add")) {
        DataFile file = DataFile.of((ObjectNode) action.get("add"));
        added.put(file.path(), file);
        movesRowsOnly = !action.get("add").path("dataChange").asBoolean(true);
      } else if (action.has("remove")) {
        removed.add(Snapshot.removedKey((ObjectNode) action.get("remove")));
      }
    }
    this.operation = info.path("operation").asText("operation");
    this.blindAppend = info.path("isBlindAppend").asBoolean();
  }

  void check() {
    if (changesMetadata) {
      throw error("DELTA_METADATA_CHANGED", "MetadataChangedException: The metadata of the Delta table "
          + mine.tableName + " has been changed by a concurrent update (" + operation
          + ", version " + version + "). Please try the operation again.");
    }
    if (changesProtocol) {
      throw error("DELTA_PROTOCOL_CHANGED", "ProtocolChangedException: The protocol version of the Delta"
          + " table has been changed by a concurrent update (" + operation + ", version " + version + ").");
    }
    Map<String, DataFile> vectorsMoved = rebased();
    checkAdded(vectorsMoved);
  }

  /** Moves row changes onto the files as the winner left them; answers the winner's files of that kind. */
  private Map<String, DataFile> rebased() {
    Map<String, DataFile> moved = new HashMap<>();
    for (String key : removed) {
      String path = key.contains("#") ? key.substring(0, key.indexOf('#')) : key;
      DataFile theirs = added.get(path);
      if (theirs != null) {
        moved.put(path, theirs);
      }
      ChangedFile change = mine.changed.get(key);
      if (change == null) {
        if (readsFile(key) && (theirs == null || mine.readsAll)) {
          throw deleteRead("WITHOUT_HINT",
              "The concurrent operation deleted data that was read by this operation.");
        }
        continue;
      }
      if (change.deletedRows() == null && change.struckOut() == null && mine.readsAll) {
        throw error("DELTA_CONCURRENT_DELETE_DELETE.WITHOUT_HINT", "Transaction conflict detected,"
            + " a concurrent " + operation + " deleted data from table " + mine.tableName
            + " (committed at version " + version + ") that this transaction attempted to delete."
            + " Please retry the operation.");
      }
      ChangedFile rebased = theirs == null ? null : change.onto(theirs, mine.log);
      if (rebased == null) {
        throw deleteRead("ROW_LEVEL_CHANGES",
            "The concurrent operation deleted rows that this transaction attempted to read.");
      }
      mine.changed.remove(key);
      mine.changed.put(theirs.key(), rebased);
    }
    return moved;
  }

  /** Without deletion vectors a change reads whole files: all of the table's, as it prunes none. */
  private boolean readsFile(String key) {
    return mine.read.files().containsKey(key)
        && (mine.readsAll || mine.readRows != null && !mine.read.metadata().writesDeletionVectors());
  }

  private void checkAdded(Map<String, DataFile> vectorsMoved) {
    List<DataFile> files = new ArrayList<>(added.values());
    files.removeAll(vectorsMoved.values());
    boolean readsNothing = !mine.readsAll && mine.readRows == null;
    // Blind appends are put after this transaction, unless it gives the table another schema.
    if (readsNothing || files.isEmpty() || movesRowsOnly || blindAppend && mine.newMetadata == null) {
      return;
    }
    if (mine.readsAll) {
      throw append("WHOLE_TABLE_READ",
          "This transaction attempted to read the entire table, conflicting with the concurrent"
              + " modification.");
    }
    boolean touches = mine.readKeys == null
        ? mine.readRows.matchesAny(mine.log, files)
        : RowKeys.overlap(mine, files);
    if (touches) {
      throw append("ROW_LEVEL_CHANGES",
          "The concurrent operation modified the same rows that this transaction attempted to modify.");
    }
  }

  private LakeException append(String reason, String text) {
    return error("DELTA_CONCURRENT_APPEND." + reason, "Transaction conflict detected. A concurrent "
        + operation + " added data to table " + mine.tableName + " committed at version " + version + ". "
        + text + " Please retry the operation.");
  }

  private LakeException deleteRead(String reason, String text) {
    return error("DELTA_CONCURRENT_DELETE_READ." + reason, "Transaction conflict detected, a concurrent "
        + operation + " deleted data from table " + mine.tableName + " (committed at version " + version
        + ") that this transaction read. " + text + " Please retry the operation.");
  }

  private static LakeException error(String condition, String text) {
    return new LakeException(condition, SQLSTATE, text);
  }
}
