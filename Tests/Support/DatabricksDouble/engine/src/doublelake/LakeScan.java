package doublelake;

import java.util.OptionalLong;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.SupportsReportStatistics;
import org.apache.spark.sql.types.StructType;

/** One read of one snapshot. Its size lets Spark broadcast a small table in a join. */
record LakeScan(LakeTable table, StructType wanted, boolean ofTarget)
    implements Scan, Batch, SupportsReportStatistics {
  @Override
  public StructType readSchema() {
    return wanted;
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public InputPartition[] planInputPartitions() {
    if (!ofTarget) {
      StatementReads.record(table.log);
    }
    return LakePartition.plan(table.snapshot.files().values());
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return LakeReaderFactory.of(table.log, table.snapshot.metadata().schema(), wanted);
  }

  @Override
  public Statistics estimateStatistics() {
    long bytes = table.snapshot.files().values().stream().mapToLong(DataFile::size).sum();
    long rows = table.snapshot.liveRows();
    return new Statistics() {
      @Override
      public OptionalLong sizeInBytes() {
        return OptionalLong.of(bytes);
      }

      @Override
      public OptionalLong numRows() {
        return OptionalLong.of(rows);
      }
    };
  }

  @Override
  public String description() {
    return "delta " + table.name() + "@" + table.snapshot.version();
  }
}
