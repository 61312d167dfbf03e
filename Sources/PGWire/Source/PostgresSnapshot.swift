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
    source: PostgresSource, exported: ExportedSnapshot, exporter: PostgresConnection,
    control: PostgresConnection
  ) async throws {
    self.source = source
    self.exporter = exporter
    self.control = control
    name = exported.name
    position = exported.position
    try await Self.adopt(exported.name, on: control)
    let catalog = try await Catalog.read(source.resources, from: control)
    // Against ALTER, DROP and TRUNCATE while the tables are read.
    let names = catalog.tables.map(\.quotedName).joined(separator: ", ")
    do { try await control.execute("LOCK TABLE \(names) IN ACCESS SHARE MODE") } catch {
      throw source.explained(error)
    }
    layouts = try source.layouts(catalog)
    tables = layouts.map(\.schema)
    leaves = try await SnapshotLeaf.read(catalog.tables.map(\.oid), from: control)
  }

  /// Begins a transaction that sees exactly the snapshot.
  static func adopt(_ snapshot: String, on connection: PostgresConnection) async throws {
    try await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try await connection.execute("SET TRANSACTION SNAPSHOT \(SQLQuoting.literal(snapshot))")
    // A policy that hides rows must fail the load, not thin it.
    try await connection.execute("SET LOCAL row_security = off")
    try await connection.execute("SET LOCAL statement_timeout = 0")
    try await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
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
      try await group.waitForAll()
    }
  }

  func close() async {
    await control.close()
    await exporter.close()
  }
}
