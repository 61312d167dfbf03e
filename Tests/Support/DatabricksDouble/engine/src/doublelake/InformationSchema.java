package doublelake;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.CatalogV2Util$;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.read.SupportsPushDownFilters;
import org.apache.spark.sql.sources.EqualTo;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.unsafe.types.UTF8String;

/** `catalog.information_schema`: the columns of its tables that Databricks documents and clients ask for. */
final class InformationSchema {
  static final String NAME = "information_schema";
  private static final List<String> TABLES = List.of("columns", "schemata", "tables");

  private final LakeCatalog catalog;

  InformationSchema(LakeCatalog catalog) {
    this.catalog = catalog;
  }

  static boolean isNamed(String[] namespace) {
    return namespace.length == 1 && namespace[0].equalsIgnoreCase(NAME);
  }

  static Identifier[] tables(String[] namespace) {
    return TABLES.stream().map(name -> Identifier.of(namespace, name)).toArray(Identifier[]::new);
  }

  Table table(Identifier table) throws NoSuchTableException {
    return switch (table.name().toLowerCase(Locale.ROOT)) {
      case "schemata" -> table(table, "catalog_name string, schema_name string, schema_owner string,"
          + " comment string", this::schemata);
      case "tables" -> table(table, "table_catalog string, table_schema string, table_name string,"
          + " table_type string, data_source_format string, comment string", this::tables);
      case "columns" -> table(table, "table_catalog string, table_schema string, table_name string,"
          + " column_name string, ordinal_position int, column_default string, is_nullable string,"
          + " full_data_type string, data_type string, comment string", this::columns);
      default -> throw new NoSuchTableException(table);
    };
  }

  private void schemata(Reading reading, Consumer<Object[]> rows) {
    for (String[] schema : catalog.listNamespaces()) {
      try {
        String comment = catalog.loadNamespaceMetadata(schema).get("comment");
        rows.accept(new Object[] {catalog.name(), schema[0], "owner", comment});
      } catch (org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException e) {
        continue;
      }
    }
  }

  private void tables(Reading reading, Consumer<Object[]> rows) {
    forEachTable(reading, (schema, name, table) -> rows.accept(new Object[] {
      catalog.name(), schema, name, "MANAGED", "DELTA", table.snapshot.metadata().comment()
    }));
  }

  private void columns(Reading reading, Consumer<Object[]> rows) {
    forEachTable(reading, (schema, name, table) -> {
      int position = 0;
      for (StructField field : table.snapshot.metadata().schema().fields()) {
        String type = field.dataType().sql().toLowerCase(Locale.ROOT);
        rows.accept(new Object[] {
          catalog.name(), schema, name, field.name(), position++,
          field.getCurrentDefaultValue().isDefined() ? field.getCurrentDefaultValue().get() : null,
          field.nullable() ? "YES" : "NO",
          type,
          TypeNames.shortName(field.dataType()),
          field.getComment().isDefined() ? field.getComment().get() : null
        });
      }
    });
  }

  private interface TableVisitor {
    void visit(String schema, String name, LakeTable table);
  }

  private void forEachTable(Reading reading, TableVisitor visitor) {
    for (String[] schema : catalog.listNamespaces()) {
      if (isNamed(schema) || !wanted(reading.schemaName, schema[0])) {
        continue;
      }
      catalog.tables(schema).filter(name -> wanted(reading.tableName, name)).forEach(name -> {
        try {
          visitor.visit(schema[0], name, catalog.load(Identifier.of(schema, name)));
        } catch (NoSuchTableException e) {
          // Dropped since it was listed.
        }
      });
    }
  }

  private static boolean wanted(String asked, String name) {
    return asked == null || asked.equals(name);
  }

  private static Table table(
      Identifier table, String ddl, BiConsumer<Reading, Consumer<Object[]>> fill) {
    StructType schema = StructType.fromDDL(ddl);
    return new SupportsRead() {
      @Override
      public String name() {
        return table.toString();
      }

      @Override
      public Column[] columns() {
        return CatalogV2Util$.MODULE$.structTypeToV2Columns(schema, false);
      }

      @Override
      public Set<TableCapability> capabilities() {
        return EnumSet.of(TableCapability.BATCH_READ);
      }

      @Override
      public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
        return new Reading(schema, fill);
      }
    };
  }

  /** Filters are only taken down, Spark still applies them. */
  private static final class Reading implements SupportsPushDownFilters {
    private final StructType schema;
    private final BiConsumer<Reading, Consumer<Object[]>> fill;
    /** What the query asks for, or null: the others' logs need not be read. */
    private String schemaName;
    private String tableName;

    Reading(StructType schema, BiConsumer<Reading, Consumer<Object[]>> fill) {
      this.schema = schema;
      this.fill = fill;
    }

    @Override
    public Filter[] pushFilters(Filter[] filters) {
      for (Filter filter : filters) {
        if (filter instanceof EqualTo equal && equal.attribute().equals("table_schema")) {
          schemaName = equal.value().toString();
        } else if (filter instanceof EqualTo equal && equal.attribute().equals("table_name")) {
          tableName = equal.value().toString();
        }
      }
      return filters;
    }

    @Override
    public Filter[] pushedFilters() {
      return new Filter[0];
    }

    @Override
    public Scan build() {
      List<InternalRow> rows = new ArrayList<>();
      fill.accept(this, values -> rows.add(row(values)));
      return new Rows(schema, rows.toArray(new InternalRow[0]));
    }
  }

  private static InternalRow row(Object[] values) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] instanceof String text) {
        values[i] = UTF8String.fromString(text);
      }
    }
    return new GenericInternalRow(values);
  }

  private record Rows(StructType readSchema, InternalRow[] rows) implements LocalScan {}
}
