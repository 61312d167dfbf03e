package doublelake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Whether two MERGEs met. Spark does not tell a connector the merge condition, so the rows are compared by
 * the table's key: its primary key, else its clustering columns. A table without either always conflicts.
 */
final class RowKeys {
  private RowKeys() {}

  static boolean overlap(Transaction mine, Collection<DataFile> theirs) {
    if (mine.readKeys.isEmpty()) {
      return true;
    }
    StructType schema = mine.read.metadata().schema();
    StructType visible = ColumnMapping.visible(schema);
    StructType columns = new StructType(mine.readKeys.stream()
        .map(name -> ColumnMapping.find(visible, name)).toArray(StructField[]::new));
    Set<UnsafeRow> keys = new HashSet<>();
    LakeReaderFactory reader = LakeReaderFactory.of(mine.log, schema, columns);
    try (PartitionReader<InternalRow> rows =
        reader.createReader(new LakePartition(List.copyOf(mine.added)))) {
      while (rows.next()) {
        keys.add(((UnsafeRow) rows.get()).copy());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (PartitionReader<InternalRow> rows = reader.createReader(new LakePartition(List.copyOf(theirs)))) {
      while (rows.next()) {
        if (keys.contains((UnsafeRow) rows.get())) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
