package doublelake;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.roaringbitmap.RoaringBitmap;

/** Copy-on-write, for tables without deletion vectors: a file's remaining rows in a new file. */
final class FileRewrite {
  private FileRewrite() {}

  static DataFile without(DeltaLog log, StructType schema, DataFile file, RoaringBitmap deleted)
      throws IOException {
    StructType columns = ColumnMapping.visible(schema);
    StructType wanted = columns.add(RowLocation.POSITION, DataTypes.LongType, false);
    List<Expression> kept = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      kept.add(new BoundReference(i, columns.fields()[i].dataType(), true));
    }
    UnsafeProjection withoutPosition = UnsafeProjection.create(Scala.seq(kept));
    ParquetOutput.Open copy = new ParquetOutput(log, columns, schema).open(0);
    try (PartitionReader<InternalRow> rows = LakeReaderFactory.of(log, schema, wanted)
        .createReader(new LakePartition(List.of(file)))) {
      while (rows.next()) {
        InternalRow row = rows.get();
        if (!deleted.contains((int) row.getLong(columns.size()))) {
          copy.write(withoutPosition.apply(row));
        }
      }
    } catch (IOException | RuntimeException e) {
      copy.discard();
      throw e;
    }
    return copy.close();
  }
}
