package doublelake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.catalog.StagingTableCatalog;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCatalogCapability;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.catalog.TableInfo;
import org.apache.spark.sql.connector.catalog.TableWritePrivilege;

/** The tables of one catalog as Unity Catalog would have it: ROOT/catalog/schema/table/_delta_log. */
public final class LakeCatalog extends LakeNamespaces implements StagingTableCatalog {
  @Override
  public Set<TableCatalogCapability> capabilities() {
    return EnumSet.of(
        TableCatalogCapability.SUPPORT_COLUMN_DEFAULT_VALUE,
        TableCatalogCapability.SUPPORT_TABLE_CONSTRAINT);
  }

  @Override
  public Identifier[] listTables(String[] namespace) throws NoSuchNamespaceException {
    checkNamespace(namespace);
    if (InformationSchema.isNamed(namespace)) {
      return InformationSchema.tables(namespace);
    }
    return tables(namespace).map(name -> Identifier.of(namespace, name)).toArray(Identifier[]::new);
  }

  @Override
  public Table loadTable(Identifier table) throws NoSuchTableException {
    return InformationSchema.isNamed(table.namespace())
        ? new InformationSchema(this).table(table)
        : load(table);
  }

  /** Only who writes sees where rows lie: DESCRIBE does not list the hidden columns. */
  @Override
  public Table loadTable(Identifier table, Set<TableWritePrivilege> privileges) throws NoSuchTableException {
    DeltaLog log = log(table);
    return new LakeTarget(fullName(table), log, log.snapshot());
  }

  @Override
  public Table loadTable(Identifier table, String version) throws NoSuchTableException {
    DeltaLog log = log(table);
    return new LakeTable(fullName(table), log, log.snapshot(Long.parseLong(version)));
  }

  @Override
  public Table loadTable(Identifier table, long micros) throws NoSuchTableException {
    DeltaLog log = log(table);
    return new LakeTable(fullName(table), log, log.snapshot(log.versionAt(micros)));
  }

  @Override
  public boolean tableExists(Identifier table) {
    return InformationSchema.isNamed(table.namespace())
        || table.namespace().length == 1 && new DeltaLog(folder(table)).exists();
  }

  @Override
  public Table createTable(Identifier table, TableInfo info)
      throws TableAlreadyExistsException, NoSuchNamespaceException {
    StagedLakeTable created = staged(table, info);
    try {
      created.commitStagedChanges();
    } catch (LakeException e) {
      // Lost against another CREATE: with IF NOT EXISTS that is fine, and Spark knows it by this exception.
      throw new TableAlreadyExistsException(table);
    }
    try {
      return load(table);
    } catch (NoSuchTableException e) {
      throw new IllegalStateException("the table was dropped while it was created", e);
    }
  }

  @Override
  public StagedTable stageCreate(Identifier table, TableInfo info)
      throws TableAlreadyExistsException, NoSuchNamespaceException {
    return staged(table, info);
  }

  @Override
  public StagedTable stageReplace(Identifier table, TableInfo info) throws NoSuchTableException {
    LakeTable existing = load(table);
    TableDefinition definition = TableDefinition.of(info, existing.snapshot);
    return new StagedLakeTable(fullName(table), existing.log, existing.snapshot, definition);
  }

  @Override
  public StagedTable stageCreateOrReplace(Identifier table, TableInfo info) throws NoSuchNamespaceException {
    try {
      return tableExists(table) ? stageReplace(table, info) : stageCreate(table, info);
    } catch (NoSuchTableException | TableAlreadyExistsException e) {
      throw new LakeException("DELTA_METADATA_CHANGED", "2D521",
          "The table was created or dropped by a concurrent statement. Please try the operation again.");
    }
  }

  private StagedLakeTable staged(Identifier table, TableInfo info)
      throws TableAlreadyExistsException, NoSuchNamespaceException {
    checkNamespace(table.namespace());
    DeltaLog log = new DeltaLog(folder(table));
    if (log.exists()) {
      throw new TableAlreadyExistsException(table);
    }
    TableDefinition definition = TableDefinition.of(info, Snapshot.EMPTY);
    return new StagedLakeTable(fullName(table), log, Snapshot.EMPTY, definition);
  }

  @Override
  public Table alterTable(Identifier table, TableChange... changes) throws NoSuchTableException {
    new TableAlteration(load(table)).commit(changes);
    return load(table);
  }

  @Override
  public boolean dropTable(Identifier table) {
    Path folder = folder(table);
    if (!new DeltaLog(folder).exists()) {
      return false;
    }
    deleteTree(folder);
    return true;
  }

  @Override
  public void renameTable(Identifier from, Identifier to)
      throws NoSuchTableException, TableAlreadyExistsException {
    LakeTable table = load(from);
    if (tableExists(to)) {
      throw new TableAlreadyExistsException(to);
    }
    try {
      Files.move(table.log.table, folder(to));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    DeltaLog.forget(table.log.table);
  }

  LakeTable load(Identifier table) throws NoSuchTableException {
    DeltaLog log = log(table);
    return new LakeTable(fullName(table), log, log.snapshot());
  }

  Stream<String> tables(String[] namespace) {
    try (Stream<Path> children = Files.list(folder(namespace))) {
      return children
          .filter(child -> new DeltaLog(child).exists())
          .map(child -> child.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted(Comparator.naturalOrder())
          .toList().stream();
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  private DeltaLog log(Identifier table) throws NoSuchTableException {
    if (table.namespace().length == 1) {
      DeltaLog log = new DeltaLog(folder(table));
      if (log.exists()) {
        return log;
      }
    }
    throw new NoSuchTableException(table);
  }

  private String fullName(Identifier table) {
    return name() + "." + table.namespace()[0] + "." + table.name();
  }

  /** Unity Catalog keeps the names of its objects in lower case. */
  private Path folder(Identifier table) {
    return folder(table.namespace()).resolve(table.name().toLowerCase(Locale.ROOT));
  }
}
