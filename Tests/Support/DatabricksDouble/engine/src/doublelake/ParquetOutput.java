package doublelake;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskID;
import org.apache.hadoop.mapreduce.TaskType;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.OutputWriter;
import org.apache.spark.sql.execution.datasources.OutputWriterFactory;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * How a table's Parquet files are written, by Spark's own writer and straight into the table's folder: a file
 * is no part of the table before a commit names it, so nothing is staged and nothing moved.
 */
final class ParquetOutput implements Serializable {
  private final String table;
  private final StructType schema;
  private final OutputWriterFactory factory;
  private final SerializableConfiguration conf;

  /** `visible`: the columns of the rows to come, in their order. */
  ParquetOutput(DeltaLog log, StructType visible, StructType tableSchema) {
    try {
      var session = (org.apache.spark.sql.classic.SparkSession) SparkSession.active();
      Job job = Job.getInstance(session.sessionState().newHadoopConf());
      this.table = log.table.toString();
      this.schema = ColumnMapping.physical(visible, tableSchema);
      this.factory = new ParquetFileFormat().prepareWrite(session, job, Scala.emptyMap(), schema);
      this.conf = new SerializableConfiguration(job.getConfiguration());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A file being written. */
  final class Open {
    private final Path path;
    private final OutputWriter writer;

    private Open(Path path, OutputWriter writer) {
      this.path = path;
      this.writer = writer;
    }

    void write(org.apache.spark.sql.catalyst.InternalRow row) {
      writer.write(row);
    }

    DataFile close() throws IOException {
      writer.close();
      Files.deleteIfExists(path.resolveSibling("." + path.getFileName() + ".crc"));
      return new DataFile(
          path.getFileName().toString(),
          Files.size(path),
          Files.getLastModifiedTime(path).toMillis(),
          FileStatistics.of(path, conf.value()),
          null);
    }

    void discard() throws IOException {
      try {
        writer.close();
      } finally {
        Files.deleteIfExists(path);
        Files.deleteIfExists(path.resolveSibling("." + path.getFileName() + ".crc"));
      }
    }
  }

  Open open(int partition) {
    TaskAttemptContext context = new TaskAttemptContextImpl(
        conf.value(), new TaskAttemptID(new TaskID("double", 0, TaskType.MAP, partition), 0));
    String name = String.format(
        "part-%05d-%s%s", partition, UUID.randomUUID(), factory.getFileExtension(context));
    // A path, not a URL: Spark takes the text as it is, percent signs too.
    Path path = Path.of(table, name);
    return new Open(path, factory.newInstance(path.toString(), schema, context));
  }
}
