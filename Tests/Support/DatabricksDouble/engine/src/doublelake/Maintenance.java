package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructType;

/** Statements that Spark's parser or planner does not have; the server, which parses them, calls these. */
public final class Maintenance {
  private Maintenance() {}

  /** OPTIMIZE: the live rows of all files in one. Answers the metrics as JSON. */
  public static String optimize(String folder, String name) {
    DeltaLog log = new DeltaLog(Path.of(folder));
    Snapshot snapshot = log.snapshot();
    ObjectNode metrics = Json.object();
    boolean worthIt = snapshot.files().size() > 1
        || snapshot.files().values().stream().anyMatch(file -> file.deleted() != null);
    if (worthIt) {
      Transaction transaction = new Transaction(log, snapshot, name, "OPTIMIZE");
      if (snapshot.liveRows() > 0) {
        transaction.rewritten.add(compacted(log, snapshot));
      }
      transaction.removeAllFiles();
      transaction.dataChange = false;
      transaction.commit(Counts.NONE);
      metrics.put("numFilesAdded", transaction.rewritten.size());
      metrics.put("numFilesRemoved", snapshot.files().size());
    } else {
      metrics.put("numFilesAdded", 0);
      metrics.put("numFilesRemoved", 0);
    }
    return Json.text(metrics);
  }

  /** ALTER COLUMN … SET NOT NULL, which Spark refuses before it asks the catalog. */
  public static void setNotNull(String folder, String name, String column) {
    DeltaLog log = new DeltaLog(Path.of(folder));
    LakeTable table = new LakeTable(name, log, log.snapshot());
    if (ColumnMapping.find(table.snapshot.metadata().schema(), column) == null) {
      throw new LakeException("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703",
          "A column with the name " + column + " cannot be resolved.");
    }
    new TableAlteration(table).commit(TableChange.updateColumnNullability(new String[] {column}, false));
  }

  private static DataFile compacted(DeltaLog log, Snapshot snapshot) {
    StructType schema = snapshot.metadata().schema();
    StructType columns = ColumnMapping.visible(schema);
    ParquetOutput.Open file = new ParquetOutput(log, columns, schema).open(0);
    try (PartitionReader<InternalRow> rows = LakeReaderFactory.of(log, schema, columns)
        .createReader(new LakePartition(List.copyOf(snapshot.files().values())))) {
      while (rows.next()) {
        file.write(rows.get());
      }
      return file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
