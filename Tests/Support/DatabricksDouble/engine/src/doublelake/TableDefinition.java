package doublelake;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.spark.sql.connector.catalog.CatalogV2Util$;
import org.apache.spark.sql.connector.catalog.TableInfo;
import org.apache.spark.sql.connector.catalog.constraints.Constraint;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** A table as CREATE or REPLACE describes it, checked and ready to be committed. */
record TableDefinition(TableMetadata metadata, Protocol protocol, String clustering) {
  private static final Set<String> NO_PROPERTIES =
      Set.of("provider", "comment", "owner", "location", "external", "is_managed_location", "table_type");
  private static final String INVALID_IN_NAMES = " ,;{}()\n\t=";

  /** `before`: the table that is replaced, whose id and history the new one keeps, or Snapshot.EMPTY. */
  static TableDefinition of(TableInfo info, Snapshot before) {
    Map<String, String> properties = new TreeMap<>(info.properties());
    String provider = properties.getOrDefault("provider", "delta");
    if (!provider.equalsIgnoreCase("delta")) {
      throw new LakeException("UNSUPPORTED_DATASOURCE_FOR_DIRECT_QUERY", "0A000",
          "Only tables USING DELTA are possible here, not " + provider + ".");
    }
    if (properties.containsKey("location") && properties.containsKey("external")) {
      throw new LakeException("UNSUPPORTED_FEATURE.EXTERNAL_TABLE", "0A000",
          "The double has managed tables only.");
    }
    String comment = properties.get("comment");
    properties.keySet().removeIf(
        key -> NO_PROPERTIES.contains(key.toLowerCase(Locale.ROOT)) || key.startsWith("option."));
    Set<String> askedFeatures = Protocol.takeAskedFeatures(properties);
    for (Constraint constraint : info.constraints()) {
      Constraints.put(constraint, properties);
    }
    StructType schema = Constraints.withKeyNotNull(
        CatalogV2Util$.MODULE$.v2ColumnsToStructType(info.columns()), properties);
    if (ColumnMapping.isOn(properties)) {
      // Ids are never given twice in a table's life: the replaced table's count goes on.
      if (before.metadata() != null) {
        before.metadata().configuration().forEach((key, value) -> {
          if (key.equals(ColumnMapping.MAX_ID)) {
            properties.put(key, value);
          }
        });
      }
      schema = ColumnMapping.assigned(schema, properties);
    } else {
      checkNames(schema);
    }
    String clustering = null;
    for (Transform transform : info.partitions()) {
      if (!transform.name().equals("cluster_by")) {
        throw new LakeException("UNSUPPORTED_FEATURE.PARTITIONED_TABLE", "0A000",
            "The double has no partitioned tables: use CLUSTER BY.");
      }
      clustering = Clustering.configuration(transform.references(), schema);
    }
    if (clustering == null && before.domains().containsKey(Clustering.DOMAIN)) {
      clustering = Clustering.configuration(new NamedReference[0], schema);
    }
    boolean replaces = before.version() >= 0;
    TableMetadata metadata = new TableMetadata(
        replaces ? before.metadata().id() : UUID.randomUUID().toString(),
        comment, schema, properties,
        replaces ? before.metadata().createdTime() : System.currentTimeMillis());
    Protocol protocol =
        Protocol.needed(metadata, clustering != null, before.protocol()).adding(askedFeatures);
    return new TableDefinition(metadata, protocol, clustering);
  }

  static void checkNames(StructType schema) {
    for (StructField field : schema.fields()) {
      if (field.name().chars().anyMatch(c -> INVALID_IN_NAMES.indexOf(c) >= 0)) {
        throw new LakeException("DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES", "42K05",
            "Found invalid character(s) among ' ,;{}()\\n\\t=' in the column names of your schema."
                + " Invalid column names: " + field.name() + ". Please enable column mapping.");
      }
    }
  }

  /** What writers of a staged table see: the definition, and no rows. */
  Snapshot asSnapshot() {
    return new Snapshot(-1, protocol, metadata, Map.of(),
        clustering == null ? Map.of() : Map.of(Clustering.DOMAIN, clustering));
  }

  void putInto(Transaction transaction) {
    transaction.newMetadata = metadata;
    if (!protocol.equals(transaction.read.protocol())) {
      transaction.newProtocol = protocol;
    }
    transaction.newClustering = clustering;
  }
}
