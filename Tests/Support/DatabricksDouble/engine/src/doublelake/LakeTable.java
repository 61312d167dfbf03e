package doublelake;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.connector.catalog.CatalogV2Util$;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.SupportsRowLevelOperations;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TruncatableTable;
import org.apache.spark.sql.connector.catalog.constraints.Constraint;
import org.apache.spark.sql.connector.expressions.ClusterByTransform;
import org.apache.spark.sql.connector.expressions.FieldReference;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.RowLevelOperationBuilder;
import org.apache.spark.sql.connector.write.RowLevelOperationInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** A Delta table as of one snapshot, as Spark sees it. */
class LakeTable implements SupportsRead, SupportsWrite, SupportsRowLevelOperations, TruncatableTable {
  final DeltaLog log;
  final Snapshot snapshot;
  private final String name;

  LakeTable(String name, DeltaLog log, Snapshot snapshot) {
    this.name = name;
    this.log = log;
    this.snapshot = snapshot;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String id() {
    return snapshot.metadata().id();
  }

  @Override
  public String version() {
    return Long.toString(snapshot.version());
  }

  @Override
  public Column[] columns() {
    return CatalogV2Util$.MODULE$.structTypeToV2Columns(
        ColumnMapping.visible(snapshot.metadata().schema()), false);
  }

  @Override
  public Transform[] partitioning() {
    // A name is one part as it stands; Expressions.column would parse it.
    List<NamedReference> columns = Clustering.columns(snapshot).stream()
        .<NamedReference>map(name -> new FieldReference(Scala.seq(List.of(name))))
        .toList();
    return columns.isEmpty()
        ? new Transform[0]
        : new Transform[] {new ClusterByTransform(Scala.seq(columns))};
  }

  @Override
  public Map<String, String> properties() {
    Map<String, String> properties = new TreeMap<>(snapshot.metadata().configuration());
    properties.keySet().removeIf(key -> key.startsWith(Constraints.PRIMARY_KEY));
    properties.put("provider", "delta");
    properties.put("location", log.table.toUri().toString());
    if (snapshot.metadata().comment() != null) {
      properties.put("comment", snapshot.metadata().comment());
    }
    return properties;
  }

  @Override
  public Constraint[] constraints() {
    return Constraints.of(snapshot.metadata().configuration());
  }

  @Override
  public Set<TableCapability> capabilities() {
    return EnumSet.of(
        TableCapability.BATCH_READ,
        TableCapability.BATCH_WRITE,
        TableCapability.TRUNCATE,
        TableCapability.OVERWRITE_BY_FILTER,
        TableCapability.OVERWRITE_DYNAMIC,
        TableCapability.AUTOMATIC_SCHEMA_EVOLUTION);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    return new LakeScanBuilder(this, false);
  }

  @Override
  public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
    return new LakeWriteBuilder(this, info);
  }

  @Override
  public RowLevelOperationBuilder newRowLevelOperationBuilder(RowLevelOperationInfo info) {
    return () -> new RowLevelChange(this, info.command());
  }

  /** TRUNCATE, and what Spark makes of a DELETE without a condition. */
  @Override
  public boolean truncateTable() {
    Transaction transaction = new Transaction(log, snapshot, name, "TRUNCATE");
    transaction.removeAllFiles();
    transaction.commit(new Counts(0, 0, snapshot.liveRows()));
    return true;
  }

  /** The columns that tell rows apart: the declared primary key, else the clustering columns. */
  List<String> keyColumns() {
    List<String> key = Constraints.primaryKey(snapshot.metadata().configuration());
    StructType schema = snapshot.metadata().schema();
    boolean known = key != null && key.stream().allMatch(name -> ColumnMapping.find(schema, name) != null);
    return known ? key : Clustering.columns(snapshot);
  }
}
