package doublelake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** Takes away the files of tasks whose statement failed. */
final class TaskFiles {
  private TaskFiles() {}

  static void delete(DeltaLog log, WriterCommitMessage[] messages) {
    for (WriterCommitMessage message : messages) {
      if (message instanceof TaskResult result && result.file != null) {
        try {
          Files.deleteIfExists(log.table.resolve(result.file.path()));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
