/// A destination that remembers where each table was loaded: what the oracle's model of a table begins with.
import CDCCore
import Synchronization

/// One load of a table: its snapshot's position, and up to where the table had come before; the latter nil where nothing of
/// before was to stay.
struct RecordedLoad: Sendable, Hashable {
  var position: LSN
  var cut: LSN?
}

/// The loads that a table may have had, in order; more than one account where a load was cut off.
final class RecordedLoads: Sendable {
  private struct State {
    var accounts: [String: [[RecordedLoad]]] = [:]
    var checkpoint: LSN = .zero
  }
  private let state = Mutex(State())

  func of(_ table: String) -> [[RecordedLoad]] { state.withLock { $0.accounts[table] ?? [] } }

  func hasCome(to checkpoint: LSN) { state.withLock { $0.checkpoint = checkpoint } }

  /// How far changes have brought the table.
  func cut(of table: String) -> LSN {
    state.withLock { state in
      max(state.checkpoint, state.accounts[table]?.compactMap(\.last?.position).max() ?? .zero)
    }
  }

  func mayBe(_ load: RecordedLoad, _ table: String) {
    state.withLock { state in
      let before = state.accounts[table] ?? [[]]
      let after = load.cut == nil ? [[load]] : before.map { $0 + [load] }
      state.accounts[table] = before.filter { !$0.isEmpty } + after
    }
  }

  func isKnown(_ load: RecordedLoad, _ table: String) {
    state.withLock { state in state.accounts[table]?.removeAll { $0.last != load } }
  }
}

struct RecordedDestination: ReadableDestination {
  let inner: any ReadableDestination
  let loads: RecordedLoads

  func open(pipeline: String) async throws -> Checkpoint? {
    let checkpoint = try await inner.open(pipeline: pipeline)
    loads.hasCome(to: checkpoint?.position ?? .zero)
    return checkpoint
  }

  func heldTables(pipeline: String) async throws -> [HeldTable]? {
    try await inner.heldTables(pipeline: pipeline)
  }

  func unsyncedTables(pipeline: String) async throws -> UnsyncedTables? {
    try await inner.unsyncedTables(pipeline: pipeline)
  }

  func release(_ table: TableName, pipeline: String, copy: RemovedTables) async throws {
    try await inner.release(table, pipeline: pipeline, copy: copy)
  }

  func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad {
    let before = carried == nil ? nil : try await inner.position(of: table.name, pipeline: pipeline)
    return Load(
      inner: try await inner.beginLoad(
        table, disposition: disposition, carrying: carried, pipeline: pipeline, position: position),
      table: table.name.name,
      load: RecordedLoad(
        position: position,
        cut: carried == nil ? nil : max(loads.cut(of: table.name.name), before ?? .zero)), loads: loads)
  }

  func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter {
    Writer(inner: try await inner.beginPackage(package), loads: loads)
  }

  func position(of table: TableName, pipeline: String) async throws -> LSN? {
    try await inner.position(of: table, pipeline: pipeline)
  }

  func record(_ checkpoint: Checkpoint) async throws {
    try await inner.record(checkpoint)
    loads.hasCome(to: checkpoint.position)
  }

  func schema(of table: TableName) async throws -> TableSchema? { try await inner.schema(of: table) }

  func read(
    _ table: TableName, columns: [String]?, sink: @escaping @Sendable (RowBatch) async throws -> Void
  ) async throws {
    try await inner.read(table, columns: columns, sink: sink)
  }

  private struct Load: TableLoad {
    let inner: any TableLoad
    let table: String
    let load: RecordedLoad
    let loads: RecordedLoads

    func write(_ rows: RowBatch) async throws { try await inner.write(rows) }
    func abandon() async { await inner.abandon() }

    func commit() async throws {
      loads.mayBe(load, table)
      try await inner.commit()
      loads.isKnown(load, table)
    }
  }

  private struct Writer: PackageWriter {
    let inner: any PackageWriter
    let loads: RecordedLoads

    func write(_ changes: ChangeBatch, disposition: WriteDisposition) async throws {
      try await inner.write(changes, disposition: disposition)
    }

    func truncate(
      _ table: TableSchema, disposition: WriteDisposition, transaction: TransactionRun
    ) async throws {
      try await inner.truncate(table, disposition: disposition, transaction: transaction)
    }

    func commit(_ checkpoint: Checkpoint) async throws {
      try await inner.commit(checkpoint)
      loads.hasCome(to: checkpoint.position)
    }

    func abandon() async { await inner.abandon() }
  }
}
