package doublelake;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetInputFormat;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.execution.datasources.parquet.ParquetOptions;
import org.apache.spark.sql.execution.datasources.parquet.ParquetReadSupport;
import org.apache.spark.sql.execution.datasources.parquet.ParquetWriteSupport;
import org.apache.spark.sql.execution.datasources.v2.parquet.ParquetPartitionReaderFactory;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads the table's files through Spark's own Parquet reader, which also gives each row's position; deleted
 * rows are left out and the hidden location columns filled in by LakeRows.
 */
final class LakeReaderFactory implements PartitionReaderFactory {
  /** What Spark's reader wants to find in the Hadoop configuration, without defaults of its own. */
  private static final List<String> PARQUET_SETTINGS = List.of(
      "spark.sql.session.timeZone",
      "spark.sql.caseSensitive",
      "spark.sql.optimizer.nestedSchemaPruning.enabled",
      "spark.sql.parquet.binaryAsString",
      "spark.sql.parquet.int96AsTimestamp",
      "spark.sql.parquet.inferTimestampNTZ.enabled",
      "spark.sql.legacy.parquet.nanosAsLong");

  private final String table;
  private final StructType wanted;
  private final ParquetPartitionReaderFactory parquet;

  private LakeReaderFactory(String table, StructType wanted, ParquetPartitionReaderFactory parquet) {
    this.table = table;
    this.wanted = wanted;
    this.parquet = parquet;
  }

  /** `wanted`: visible columns and location columns, in the order of the rows to make. */
  static LakeReaderFactory of(DeltaLog log, StructType tableSchema, StructType wanted) {
    List<StructField> visible = new ArrayList<>();
    for (StructField field : wanted.fields()) {
      if (!RowLocation.contains(field.name())) {
        visible.add(field);
      }
    }
    StructType data = ColumnMapping.physicalNames(
        new StructType(visible.toArray(new StructField[0])), tableSchema);
    StructType read = data.add(ParquetFileFormat.ROW_INDEX_TEMPORARY_COLUMN_NAME(), DataTypes.LongType);
    var session = (org.apache.spark.sql.classic.SparkSession) SparkSession.active();
    SQLConf conf = session.sessionState().conf();
    Configuration hadoop = session.sessionState().newHadoopConf();
    hadoop.set(ParquetInputFormat.READ_SUPPORT_CLASS, ParquetReadSupport.class.getName());
    hadoop.set(ParquetReadSupport.SPARK_ROW_REQUESTED_SCHEMA(), read.json());
    ParquetWriteSupport.setSchema(read, hadoop);
    PARQUET_SETTINGS.forEach(key -> hadoop.set(key, conf.getConfString(key)));
    var factory = new ParquetPartitionReaderFactory(
        conf,
        SerializableConfiguration.broadcast(session.sparkContext(), hadoop),
        ColumnMapping.physicalNames(ColumnMapping.visible(tableSchema), tableSchema),
        read,
        new StructType(),
        new Filter[0],
        Scala.none(),
        new ParquetOptions(Scala.<String, String>emptyMap(), conf));
    return new LakeReaderFactory(log.table.toString(), wanted, factory);
  }

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    return new LakeRows(table, wanted, parquet, ((LakePartition) partition).files());
  }
}
