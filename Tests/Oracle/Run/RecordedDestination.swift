/// A destination that remembers where each table's last full load stands: what the oracle's model of a table begins with.
import CDCCore
import Synchronization

/// The positions at which a table may have been loaded last; more than one where a load was cut off.
final class LoadPositions: Sendable {
  private let positions = Mutex<[String: [LSN]]>([:])

  func of(_ table: String) -> [LSN] { positions.withLock { $0[table] ?? [] } }

  func mayBe(_ position: LSN, _ table: String) {
    positions.withLock { $0[table, default: []].append(position) }
  }
  func isKnown(_ position: LSN, _ table: String) { positions.withLock { $0[table] = [position] } }
}

struct RecordedDestination: ReadableDestination {
  let inner: any ReadableDestination
  let positions: LoadPositions

  func open(pipeline: String) async throws -> Checkpoint? { try await inner.open(pipeline: pipeline) }

  func heldTables(pipeline: String) async throws -> [HeldTable]? {
    try await inner.heldTables(pipeline: pipeline)
  }

  func release(_ table: TableName, pipeline: String, copy: RemovedTables) async throws {
    try await inner.release(table, pipeline: pipeline, copy: copy)
  }

  func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad {
    Load(
      inner: try await inner.beginLoad(
        table, disposition: disposition, carrying: carried, pipeline: pipeline, position: position),
      table: table.name.name, position: position, positions: positions)
  }

  func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter {
    try await inner.beginPackage(package)
  }

  func position(of table: TableName, pipeline: String) async throws -> LSN? {
    try await inner.position(of: table, pipeline: pipeline)
  }

  func record(_ checkpoint: Checkpoint) async throws { try await inner.record(checkpoint) }
  func schema(of table: TableName) async throws -> TableSchema? { try await inner.schema(of: table) }

  func read(
    _ table: TableName, columns: [String]?, sink: @escaping @Sendable (RowBatch) async throws -> Void
  ) async throws {
    try await inner.read(table, columns: columns, sink: sink)
  }

  private struct Load: TableLoad {
    let inner: any TableLoad
    let table: String
    let position: LSN
    let positions: LoadPositions

    func write(_ rows: RowBatch) async throws { try await inner.write(rows) }
    func abandon() async { await inner.abandon() }

    func commit() async throws {
      positions.mayBe(position, table)
      try await inner.commit()
      positions.isKnown(position, table)
    }
  }
}
