import CDCCore

/// A snapshot of all tables: the connection that exported it, kept idle, and one that holds a lock against changes of
/// the tables' shapes.
final class PostgresSnapshot: SourceSnapshot {
  let position: LSN
  let tables: [TableSchema]
  let layouts: [TableLayout]
  let source: PostgresSource
  let name: String
  private let exporter: PostgresConnection
  private let control: PostgresConnection
  private let leaves: [[SnapshotLeaf]]

  init(
    source: PostgresSource, scope: SnapshotScope, exported: ExportedSnapshot, exporter: PostgresConnection,
    control: PostgresConnection, as held: [HeldTable]? = nil
  ) async throws {
    self.source = source
    self.exporter = exporter
    self.control = control
    name = exported.name
    position = exported.position
    try await Self.adopt(exported.name, on: control)
    let catalog = try await source.catalog(scope, on: control)
    // Against ALTER, DROP and TRUNCATE while the tables are read.
    if !catalog.tables.isEmpty {
      let names = catalog.tables.map(\.quotedName).joined(separator: ", ")
      do { try await control.execute("LOCK TABLE \(names) IN ACCESS SHARE MODE") } catch {
        throw source.explained(error)
      }
    }
    try await Self.requireUnchanged(catalog.tables, source: source, snapshot: control)
    try source.resources.requireMaskedColumns(in: catalog.tables)
    layouts = try source.layouts(catalog).holdingBack(columnsSince: held)
    tables = layouts.map(\.schema)
    leaves = try await SnapshotLeaf.read(catalog.tables.map(\.oid), from: control)
  }

  /// Between snapshot and lock a table may have been altered, so that the snapshot's columns can no longer be read, or
  /// truncated, so that its rows cannot ("MVCC Caveats"): the snapshot is then of no use.
  private static func requireUnchanged(
    _ tables: [CatalogTable], source: PostgresSource, snapshot: PostgresConnection
  ) async throws {
    let sql = """
      SELECT c.oid, c.relname, c.relfilenode, a.attnum, a.attname, a.atttypid, a.atttypmod
      FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.oid IN (SELECT unnest($1::oid[])
        UNION SELECT p.relid FROM unnest($1::oid[]) t, LATERAL pg_partition_tree(t::regclass) p)
      ORDER BY c.oid, a.attnum
      """
    let oids = ["{" + tables.map { String($0.oid) }.joined(separator: ",") + "}"]
    let then = try await snapshot.query(sql, oids).rows
    let now = try await source.withConnection { try await $0.query(sql, oids).rows }
    guard then == now else {
      throw CDCError(
        .snapshotOutdated,
        "A table was altered, truncated or rewritten just when its snapshot was taken: another snapshot is needed.",
        isRetryable: true)
    }
  }

  /// Begins a transaction that sees exactly the snapshot.
  static func adopt(_ snapshot: String, on connection: PostgresConnection) async throws {
    try await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    do {
      try await connection.execute("SET TRANSACTION SNAPSHOT \(SQLQuoting.literal(snapshot))")
    } catch let error as PostgresError where ["22023", "42704"].contains(error.sqlState) {
      throw CDCError(
        .snapshotOutdated,
        "The server has ended the connection that held the snapshot: another snapshot is needed.",
        isRetryable: true, underlying: error)
    }
    // A policy that hides rows must fail the load, not thin it.
    try await connection.execute("SET LOCAL row_security = off")
    try await connection.liftTimeLimits()
  }

  func read(
    readers: Int, limits: BatchLimits,
    sink: @escaping @Sendable (SnapshotEvent) async throws -> Void
  ) async throws {
    let readers = max(readers, 1)
    let queue = SnapshotQueue(leaves: leaves, layouts: layouts, readers: readers)
    for table in queue.emptyTables { try await sink(.finished(table: table)) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<min(readers, max(queue.jobCount, 1)) {
        group.addTask {
          try await SnapshotReader.run(snapshot: self, queue: queue, limits: limits, sink: sink)
        }
      }
      // The first failure ends the others.
      for try await _ in group {}
    }
  }

  func withheld(from held: HeldTable) -> WithheldColumns? {
    guard let table = tables.first(where: { $0.name == held.schema.name }), let then = held.mark,
      let now = table.mark.flatMap({ TableMark($0) }), then.oid == now.oid
    else { return nil }
    let copied = Set(table.columns.compactMap(\.number))
    let leftOut = Set(now.versions.keys).subtracting(copied)
    let masked = copied.filter { then.masks[$0] != now.masks[$0] }
    let hints = source.resources.hints(for: table.name)?.columns ?? [:]
    return WithheldColumns(
      numbers: leftOut.union(masked),
      formerNames: Set(hints.filter { $1.mask != nil || !$1.isIncluded }.keys))
  }

  func close() async {
    await control.close()
    await exporter.close()
  }
}

extension PostgresConnection {
  /// For a session that holds a snapshot: role and database may limit how long a transaction may take or be idle, some of
  /// it from a later version of PostgreSQL on.
  nonisolated func liftTimeLimits() async throws {
    try await execute(
      """
      SELECT set_config(name, '0', false) FROM pg_catalog.pg_settings
      WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
      """)
  }
}
