package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A table's `_delta_log`: JSON commits, each put if absent. Snapshots are kept and brought up to date. */
final class DeltaLog {
  /** The last commit's file time tells a table that was dropped and made again from the one in the cache. */
  private record Cached(Snapshot snapshot, FileTime written) {}

  private static final ConcurrentHashMap<Path, Cached> CACHE = new ConcurrentHashMap<>();

  final Path table;
  private final Path folder;

  DeltaLog(Path table) {
    this.table = table.toAbsolutePath().normalize();
    this.folder = this.table.resolve("_delta_log");
  }

  boolean exists() {
    return Files.isRegularFile(commitFile(0));
  }

  Snapshot snapshot() {
    Cached cached = CACHE.get(table);
    Snapshot snapshot = cached != null && cached.written.equals(timeOf(cached.snapshot.version()))
        ? cached.snapshot
        : Snapshot.EMPTY;
    Snapshot latest = replay(snapshot, Long.MAX_VALUE);
    if (latest.version() >= 0 && (latest != snapshot || cached == null)) {
      FileTime written = timeOf(latest.version());
      if (written != null) {
        CACHE.put(table, new Cached(latest, written));
      }
    }
    return latest;
  }

  Snapshot snapshot(long version) {
    Snapshot latest = snapshot();
    if (version < 0 || version > latest.version()) {
      throw new LakeException("DELTA_VERSION_NOT_FOUND", "22003",
          "Cannot time travel Delta table to version " + version + ". Available versions: [0, "
              + latest.version() + "].");
    }
    return version == latest.version() ? latest : replay(Snapshot.EMPTY, version);
  }

  /** The last version committed at or before a time in microseconds since 1970. */
  long versionAt(long micros) {
    long version = -1;
    for (long candidate = 0; timeOf(candidate) != null; candidate++) {
      if (commitInfo(candidate).path("timestamp").asLong() * 1000 > micros) {
        break;
      }
      version = candidate;
    }
    if (version < 0) {
      throw new LakeException("DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION", "42816",
          "The provided timestamp is before the earliest version available to this table.");
    }
    return version;
  }

  ObjectNode commitInfo(long version) {
    for (ObjectNode action : actions(version)) {
      if (action.has("commitInfo")) {
        return (ObjectNode) action.get("commitInfo");
      }
    }
    return Json.object();
  }

  /** The actions of a commit, or null where there is no such commit. */
  List<ObjectNode> actions(long version) {
    try {
      List<ObjectNode> actions = new ArrayList<>();
      for (String line : Files.readAllLines(commitFile(version))) {
        if (!line.isBlank()) {
          actions.add(Json.parse(line));
        }
      }
      return actions;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Puts a commit, whole or not at all, and says whether it was the first of its version. A hard link is what
   * makes it both: the name appears with its content, and linking to a name that exists fails.
   */
  boolean put(long version, List<ObjectNode> actions) {
    StringBuilder lines = new StringBuilder();
    actions.forEach(action -> lines.append(Json.text(action)).append('\n'));
    try {
      if (version == 0) {
        Files.createDirectories(folder);
      }
      Path draft = folder.resolve(".draft-" + UUID.randomUUID());
      try {
        Files.writeString(draft, lines);
        Files.createLink(commitFile(version), draft);
        return true;
      } catch (FileAlreadyExistsException e) {
        return false;
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A table that was dropped, or made anew under its name, since it was read takes no commit. */
  void checkIsStill(Snapshot read) {
    if (read.version() < 0) {
      return;
    }
    TableMetadata now = exists() ? snapshot().metadata() : null;
    if (now == null || !now.id().equals(read.metadata().id())) {
      throw new LakeException("TABLE_OR_VIEW_NOT_FOUND", "42P01",
          "The table was dropped or replaced by another while the statement ran.");
    }
  }

  static void forget(Path folder) {
    Path root = folder.toAbsolutePath().normalize();
    CACHE.keySet().removeIf(table -> table.startsWith(root));
  }

  private Snapshot replay(Snapshot from, long upTo) {
    Snapshot snapshot = from;
    while (snapshot.version() < upTo) {
      List<ObjectNode> actions = actions(snapshot.version() + 1);
      if (actions == null) {
        break;
      }
      snapshot = snapshot.with(actions);
    }
    return snapshot;
  }

  private Path commitFile(long version) {
    return folder.resolve(String.format("%020d.json", version));
  }

  private FileTime timeOf(long version) {
    try {
      return version < 0 ? null : Files.getLastModifiedTime(commitFile(version));
    } catch (IOException e) {
      return null;
    }
  }
}
