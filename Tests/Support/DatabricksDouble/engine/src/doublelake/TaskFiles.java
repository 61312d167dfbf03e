package doublelake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** Takes away the files of tasks whose statement failed. */
final class TaskFiles {
  private TaskFiles() {}

  static void delete(DeltaLog log, WriterCommitMessage[] messages) {
    List<DataFile> files = new ArrayList<>();
    for (WriterCommitMessage message : messages) {
      if (message instanceof TaskResult result && result.file != null) {
        files.add(result.file);
      }
    }
    delete(log, files);
  }

  static void delete(DeltaLog log, List<DataFile> files) {
    for (DataFile file : files) {
      try {
        Files.deleteIfExists(log.table.resolve(file.path()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
