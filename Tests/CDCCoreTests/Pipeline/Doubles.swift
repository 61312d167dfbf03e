import CDCCore
import Synchronization

/// A source that plays a script: each call of `changes` takes the next act.
final class ScriptedSource: ChangeSource {
  enum Act: Sendable {
    case events([ChangeEvent])
    /// The events, then the error.
    case failing([ChangeEvent], any Error)
    /// The events, then silence until it is cancelled.
    case silent([ChangeEvent])
  }

  struct State {
    var acts: [Act] = []
    var startedFrom: [LSN] = []
    var confirmed: [LSN] = []
    var snapshots: [Bool] = []
    var loadedBeside: [Set<TableName>?] = []
    var positionIsLost = false
    /// What reading a snapshot ends with, after the first table.
    var readFailure: (any Error)?
  }

  let state = Mutex(State())
  let tables: [TableSchema]
  let rows: Int

  init(_ acts: [Act] = [], tables: [TableSchema] = [], rows: Int = 0) {
    self.tables = tables
    self.rows = rows
    state.withLock { $0.acts = acts }
  }

  func snapshot(restart: Bool) async throws -> any SourceSnapshot {
    try state.withLock { state in
      state.snapshots.append(restart)
      if !restart && state.positionIsLost { throw CDCError(.positionLost, "the slot is gone") }
    }
    return ScriptedSnapshot(
      position: LSN(500), tables: tables, rows: rows, failure: state.withLock { $0.readFailure })
  }

  func snapshot(of tables: Set<TableName>?) async throws -> any SourceSnapshot {
    state.withLock { $0.loadedBeside.append(tables) }
    let chosen = self.tables.filter { tables?.contains($0.name) ?? true }
    return ScriptedSnapshot(position: LSN(700), tables: chosen, rows: rows, failure: nil)
  }

  func changes(
    from position: LSN, held: [HeldTable]?, limits: BatchLimits, until stop: StopCondition,
    sink: @escaping @Sendable (ChangeEvent) async throws -> Void
  ) async throws {
    let act = state.withLock { state in
      state.startedFrom.append(position)
      return state.acts.isEmpty ? Act.events([]) : state.acts.removeFirst()
    }
    switch act {
    case .events(let events): for event in events { try await sink(event) }
    case .failing(let events, let error):
      for event in events { try await sink(event) }
      throw error
    case .silent(let events):
      for event in events { try await sink(event) }
      try await Task.sleep(for: .seconds(60))
    }
  }

  func confirm(_ position: LSN) { state.withLock { $0.confirmed.append(position) } }
  func currentPosition() async throws -> LSN { LSN(1_000_000) }
}

private struct ScriptedSnapshot: SourceSnapshot {
  let position: LSN
  let tables: [TableSchema]
  let rows: Int
  let failure: (any Error)?

  func read(
    readers: Int, limits: BatchLimits, sink: @escaping @Sendable (SnapshotEvent) async throws -> Void
  ) async throws {
    for table in tables.indices {
      for start in stride(from: 0, to: rows, by: 100) {
        let numbers = (start..<min(start + 100, rows)).map(Int64.init)
        try await sink(.rows(table: table, .ids(numbers, of: tables[table])))
      }
      if let failure { throw failure }
      try await sink(.finished(table: table))
    }
  }

  func close() async {}
}

/// A destination that notes what was asked of it.
final class RecordingDestination: Destination {
  enum Note: Sendable, Equatable {
    case opened
    case wrote(Int)
    case truncated
    case committed(LSN)
    case abandoned
    case loaded(String, rows: Int)
    case loadAbandoned(String)
    case recorded(Checkpoint.Kind, LSN)
  }

  struct State {
    var checkpoint: Checkpoint?
    var notes: [Note] = []
    var loadFailure: (any Error)?
    /// Until the next checkpoint.
    var unsynced: UnsyncedTables?
  }

  let state: Mutex<State>

  init(position: LSN? = nil, loadFailure: (any Error)? = nil) {
    let checkpoint = position.map {
      Checkpoint(
        pipeline: "test", kind: .fullLoad, packageID: "first", position: $0, commitTime: 0, rowCount: 0)
    }
    state = Mutex(State(checkpoint: checkpoint, loadFailure: loadFailure))
  }

  var notes: [Note] { state.withLock { $0.notes } }
  func note(_ note: Note) { state.withLock { $0.notes.append(note) } }

  func open(pipeline: String) async throws -> Checkpoint? {
    note(.opened)
    return state.withLock { $0.checkpoint }
  }

  func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad { RecordingLoad(destination: self, name: table.name.name) }

  func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter {
    RecordingPackage(destination: self)
  }

  func record(_ checkpoint: Checkpoint) async throws {
    note(.recorded(checkpoint.kind, checkpoint.position))
    state.withLock { ($0.checkpoint, $0.unsynced) = (checkpoint, nil) }
  }

  func unsyncedTables(pipeline: String) async throws -> UnsyncedTables? { state.withLock { $0.unsynced } }
}

private final class RecordingLoad: TableLoad {
  let destination: RecordingDestination
  let name: String
  let rows = Mutex(0)

  init(destination: RecordingDestination, name: String) {
    self.destination = destination
    self.name = name
  }

  func write(_ batch: RowBatch) async throws {
    await Task.yield()
    if let failure = destination.state.withLock({ $0.loadFailure }) { throw failure }
    rows.withLock { $0 += batch.rowCount }
  }

  func commit() async throws { destination.note(.loaded(name, rows: rows.withLock { $0 })) }
  func abandon() async { destination.note(.loadAbandoned(name)) }
}

private struct RecordingPackage: PackageWriter {
  let destination: RecordingDestination

  func write(_ changes: ChangeBatch, disposition: WriteDisposition) async throws {
    destination.note(.wrote(changes.rowCount))
  }

  func truncate(
    _ table: TableSchema, disposition: WriteDisposition, transaction: TransactionRun
  ) async throws {
    destination.note(.truncated)
  }

  func commit(_ checkpoint: Checkpoint) async throws {
    destination.note(.committed(checkpoint.position))
    destination.state.withLock { $0.checkpoint = checkpoint }
  }

  func abandon() async { destination.note(.abandoned) }
}

extension RowBatch {
  static func ids(_ ids: [Int64], of table: TableSchema) -> RowBatch {
    RowBatch(
      table: table, rowCount: ids.count, columns: [ColumnVector(count: ids.count, values: .int64(ids))])
  }
}

extension TableSchema {
  static func keyed(_ name: String) -> TableSchema {
    TableSchema(
      name: TableName(schema: "public", name: name), columns: [ColumnSchema(name: "id", type: .long)],
      key: [0])
  }
}
