package doublelake;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.paths.SparkPath;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.execution.datasources.PartitionedFile;
import org.apache.spark.sql.execution.datasources.v2.parquet.ParquetPartitionReaderFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.roaringbitmap.RoaringBitmap;

/** The live rows of some files, one after the other. */
final class LakeRows implements PartitionReader<InternalRow> {
  private final Path table;
  private final ParquetPartitionReaderFactory parquet;
  private final Iterator<DataFile> files;
  private final UnsafeProjection projection;
  private final int positionOrdinal;
  private final JoinedRow joined = new JoinedRow();
  private final GenericInternalRow constants = new GenericInternalRow(1);

  private PartitionReader<InternalRow> reader;
  private RoaringBitmap deleted;

  LakeRows(String table, StructType wanted, ParquetPartitionReaderFactory parquet, List<DataFile> files) {
    this.table = Path.of(table);
    this.parquet = parquet;
    this.files = files.iterator();
    this.positionOrdinal = parquet.readDataSchema().size() - 1;
    this.projection = projection(wanted);
  }

  /** Parquet's rows hold the data columns, then the position; the file's path is joined behind. */
  private UnsafeProjection projection(StructType wanted) {
    List<Expression> outputs = new ArrayList<>();
    int column = 0;
    for (StructField field : wanted.fields()) {
      switch (field.name()) {
        case RowLocation.FILE ->
            outputs.add(new BoundReference(positionOrdinal + 1, DataTypes.StringType, false));
        case RowLocation.POSITION ->
            outputs.add(new BoundReference(positionOrdinal, DataTypes.LongType, false));
        default -> outputs.add(new BoundReference(column++, field.dataType(), true));
      }
    }
    return UnsafeProjection.create(Scala.seq(outputs));
  }

  @Override
  public boolean next() throws IOException {
    while (true) {
      while (reader != null && reader.next()) {
        if (deleted == null || !deleted.contains((int) reader.get().getLong(positionOrdinal))) {
          return true;
        }
      }
      close();
      if (!files.hasNext()) {
        return false;
      }
      open(files.next());
    }
  }

  private void open(DataFile file) throws IOException {
    deleted = file.deleted() == null ? null : DeletionVector.load(table, file.deleted());
    constants.update(0, UTF8String.fromString(file.key()));
    reader = parquet.buildReader(new PartitionedFile(
        InternalRow.empty(),
        SparkPath.fromUri(table.resolve(file.path()).toUri()),
        0, file.size(), new String[0], file.modificationTime(), file.size(), Scala.emptyMap()));
  }

  @Override
  public InternalRow get() {
    return projection.apply(joined.apply(reader.get(), constants));
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
