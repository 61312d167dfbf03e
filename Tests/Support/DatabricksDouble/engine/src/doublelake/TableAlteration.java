package doublelake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.types.StructType;

/** ALTER TABLE and COMMENT ON TABLE: checks each change as Databricks does, then commits them all at once. */
final class TableAlteration {
  private final LakeTable table;
  private final Map<String, String> properties;
  private final List<TableChange> columnChanges = new ArrayList<>();
  private String comment;
  private String clustering;
  private TableChange.ClusterBy clusterBy;
  private String operation = "SET TBLPROPERTIES";

  TableAlteration(LakeTable table) {
    this.table = table;
    this.properties = new TreeMap<>(table.snapshot.metadata().configuration());
    this.comment = table.snapshot.metadata().comment();
  }

  void commit(TableChange... changes) {
    for (TableChange change : changes) {
      take(change);
    }
    TableMetadata before = table.snapshot.metadata();
    var askedFeatures = Protocol.takeAskedFeatures(properties);
    checkModeChange(before);
    StructType schema = SchemaChanges.applied(before.schema(), columnChanges);
    if (ColumnMapping.isOn(properties)) {
      schema = before.mapsColumns()
          ? ColumnMapping.assigned(schema, properties)
          : ColumnMapping.assigned(
              ColumnMapping.assignedOverFiles(before.schema(), properties), properties);
    } else {
      TableDefinition.checkNames(schema);
    }
    TableMetadata after = new TableMetadata(before.id(), comment, schema, properties, before.createdTime());
    if (clusterBy != null) {
      clustering = Clustering.configuration(clusterBy.clusteringColumns(), schema);
    }
    boolean clustered = clustering != null || table.snapshot.domains().containsKey(Clustering.DOMAIN);
    Transaction transaction = new Transaction(table.log, table.snapshot, table.name(), operation);
    Protocol earlier = table.snapshot.protocol().adding(askedFeatures);
    Protocol protocol = Protocol.needed(after, clustered, earlier);
    protocol.checkEnabledByHand(earlier);
    if (!protocol.equals(table.snapshot.protocol())) {
      transaction.newProtocol = protocol;
    }
    transaction.newMetadata = after;
    transaction.newClustering = clustering;
    transaction.commit(Counts.NONE);
  }

  private void take(TableChange change) {
    if (change instanceof TableChange.SetProperty set) {
      setProperty(set.property(), set.value());
    } else if (change instanceof TableChange.RemoveProperty remove) {
      operation = "UNSET TBLPROPERTIES";
      properties.remove(remove.property());
    } else if (change instanceof TableChange.ClusterBy cluster) {
      operation = "CLUSTER BY";
      clusterBy = cluster;
    } else if (change instanceof TableChange.AddConstraint add) {
      operation = "ADD CONSTRAINT";
      Constraints.put(add.constraint(), properties);
      Constraints.checkKey(table.snapshot.metadata().schema(), properties);
    } else if (change instanceof TableChange.DropConstraint drop) {
      operation = "DROP CONSTRAINT";
      Constraints.remove(drop.name(), drop.ifExists(), properties);
    } else {
      operation = SchemaChanges.check(change, table, properties);
      if (change instanceof TableChange.RenameColumn rename && rename.fieldNames().length == 1) {
        Constraints.rename(rename.fieldNames()[0], rename.newName(), properties);
      }
      columnChanges.add(change);
    }
  }

  private void setProperty(String property, String value) {
    if (property.equals("comment")) {
      operation = "SET TABLE COMMENT";
      comment = value;
    } else {
      properties.put(property, value);
    }
  }

  private void checkModeChange(TableMetadata before) {
    if (before.mapsColumns() && !ColumnMapping.isOn(properties)) {
      throw new LakeException("DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE", "0AKDC",
          "Changing column mapping mode from 'name' to another mode is not supported.");
    }
  }
}
