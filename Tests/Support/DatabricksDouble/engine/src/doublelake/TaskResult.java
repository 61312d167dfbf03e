package doublelake;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.roaringbitmap.RoaringBitmap;

/** What a task tells the commit: its file, the rows that it deleted by file key, and its counts. */
final class TaskResult implements WriterCommitMessage {
  DataFile file;
  final Map<String, RoaringBitmap> deletedRows = new HashMap<>();
  long inserted;
  long updated;
  long deleted;
}
