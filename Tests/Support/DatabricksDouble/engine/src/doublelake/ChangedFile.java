package doublelake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.roaringbitmap.RoaringBitmap;

/**
 * A file that a transaction takes rows from. `deletedRows`: which, null where the whole file is replaced.
 * `struckOut`: the rows for the file's deletion vector; null where the file goes.
 */
record ChangedFile(DataFile before, RoaringBitmap deletedRows, RoaringBitmap struckOut) {

  /** The file with its deletion vector, which is written now. */
  DataFile after(DeltaLog log) {
    try {
      RoaringBitmap all = struckOut.clone();
      if (before.deleted() != null) {
        all.or(DeletionVector.load(log.table, before.deleted()));
      }
      return before.withDeleted(DeletionVector.store(log.table, all));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same change to the file as a concurrent commit left it, or null where both delete a row. */
  ChangedFile onto(DataFile theirs, DeltaLog log) {
    if (struckOut == null || theirs.deleted() == null) {
      return null;
    }
    try {
      RoaringBitmap others = DeletionVector.load(log.table, theirs.deleted());
      return RoaringBitmap.intersects(others, struckOut)
          ? null
          : new ChangedFile(theirs, deletedRows, struckOut);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes away vectors of a commit that lost its race. */
  static void discardVectors(DeltaLog log, List<DataFile> files) {
    for (DataFile file : files) {
      UUID id = Base85.decodeUuid(file.deleted().pathOrInline());
      Path vector = log.table.resolve("deletion_vector_" + id + ".bin");
      try {
        Files.deleteIfExists(vector);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
