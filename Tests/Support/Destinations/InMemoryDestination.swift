public import CDCCore
internal import Synchronization

/// A destination of plain dictionaries: the shortest thing that passes `DestinationContract`, and a double for
/// tests of the pipeline. Instances over one `Storage` are like processes over one lake.
public final class InMemoryDestination: ReadableDestination {
  public final class Storage: Sendable {
    struct Table {
      var schema: TableSchema
      var position: LSN
      /// As the last load or package brought it, and where that load was.
      var source: TableSchema
      var loaded: LSN
      var isReleased = false
      /// By key; rows without key by their number.
      var rows: [[Value]: [Value]] = [:]
      var appended = 0
    }
    struct State {
      var tables: [TableName: Table] = [:]
      var checkpoints: [Checkpoint] = []
      var owner = 0
    }
    let state = Mutex(State())

    public init() {}

    /// All checkpoints recorded, in order.
    public var checkpoints: [Checkpoint] { state.withLock { $0.checkpoints } }
  }

  let storage: Storage
  let faults: FaultPlan
  private let ownNumber = Mutex(0)

  public init(storage: Storage = Storage(), faults: FaultPlan = FaultPlan()) {
    self.storage = storage
    self.faults = faults
  }

  /// Runs a step on the state as it is now, unless another runner has opened the storage since.
  func transact<Result: Sendable>(
    _ body: (inout Storage.State) throws -> Result
  ) throws -> Result {
    let number = ownNumber.withLock { $0 }
    return try storage.state.withLock { state in
      guard state.owner == number else {
        throw CDCError(.fenced, "Another runner has opened this destination. Stop one of the two.")
      }
      return try body(&state)
    }
  }

  public func open(pipeline: String) async throws -> Checkpoint? {
    storage.state.withLock { state in
      state.owner += 1
      ownNumber.withLock { $0 = state.owner }
      return state.checkpoints.last { $0.pipeline == pipeline }
    }
  }

  public func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad {
    InMemoryLoad(self, table, disposition, carried, position)
  }

  public func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter {
    InMemoryPackage(self)
  }

  public func record(_ checkpoint: Checkpoint) async throws {
    try faults.pass(.beforeCheckpoint)
    try transact { $0.checkpoints.append(checkpoint) }
    try faults.pass(.afterCheckpoint)
  }

  public func heldTables(pipeline: String) async throws -> [HeldTable]? {
    storage.state.withLock { state in
      state.tables.values.filter { !$0.isReleased }.map { HeldTable(schema: $0.source, position: $0.loaded) }
    }
  }

  public func release(_ table: TableName, pipeline: String, copy: RemovedTables) async throws {
    try transact { state in
      state.tables[table]?.isReleased = true
      if copy == .drop { state.tables[table] = nil }
    }
  }

  public func schema(of table: TableName) async throws -> TableSchema? {
    storage.state.withLock { $0.tables[table]?.schema }
  }

  public func read(
    _ table: TableName, columns: [String]?,
    sink: @escaping @Sendable (RowBatch) async throws -> Void
  ) async throws {
    guard let held = storage.state.withLock({ $0.tables[table] }) else { return }
    let wanted = held.schema.columns.indices.filter {
      columns?.contains(held.schema.columns[$0].name) ?? true
    }
    let shape = TableSchema(name: table, columns: wanted.map { held.schema.columns[$0] })
    try await sink(RowBatch(shape, held.rows.values.map { row in wanted.map { row[$0] } }))
  }
}

/// A table's rows gathered until `commit` puts them in place of the old ones.
private final class InMemoryLoad: TableLoad {
  private let destination: InMemoryDestination
  private let table: TableSchema
  private let disposition: WriteDisposition
  private let carried: CarriedRows?
  private let position: LSN
  private let rows = Mutex<[[Value]]>([])

  init(
    _ destination: InMemoryDestination, _ table: TableSchema, _ disposition: WriteDisposition,
    _ carried: CarriedRows?, _ position: LSN
  ) {
    self.carried = carried
    self.destination = destination
    self.table = table
    self.disposition = disposition
    self.position = position
  }

  private var isAppended: Bool { disposition == .append || (disposition == .merge && !table.hasKey) }

  func write(_ batch: RowBatch) async throws {
    let values = (isAppended ? ChangeAppender.snapshot(batch, position: position) : batch).rowValues
    rows.withLock { $0 += values }
  }

  func commit() async throws {
    try destination.faults.pass(.beforeLoadCommit)
    let rows = rows.withLock { $0 }
    try destination.transact { state in
      var new = InMemoryDestination.Storage.Table(
        schema: isAppended ? table.appended : table, position: position, source: table, loaded: position)
      if let carried, let old = state.tables[table.name],
        let columns = CarriedColumns(of: carried, from: old.schema, to: new.schema)
      {
        new.schema = columns.table
        // A row of the load takes the place of one with its key.
        for row in columns.carry(RowBatch(old.schema, Array(old.rows.values))).rowValues { new.put(row) }
        let emptied = isAppended ? ChangeAppender.emptied(table, at: position).rowValues : []
        for row in emptied + rows {
          new.put(row + Array(repeating: .null, count: columns.table.columns.count - row.count))
        }
      } else {
        for row in rows { new.put(row) }
      }
      state.tables[table.name] = new
    }
    try destination.faults.pass(.afterLoadCommit)
  }

  func abandon() async { rows.withLock { $0 = [] } }
}

extension InMemoryDestination.Storage.Table {
  mutating func put(_ row: [Value]) {
    if schema.hasKey {
      rows[schema.key.map { row[$0] }] = row
    } else {
      rows[[.integer(Int128(appended))]] = row
      appended += 1
    }
  }

  /// Columns are matched by number, else by name; one that is new is null in the rows before, and takes the place of a
  /// dropped one of its name.
  mutating func evolve(to new: TableSchema) {
    let places = new.columns.map { column in
      schema.columns.firstIndex { $0.number != nil && $0.number == column.number }
        ?? schema.columns.firstIndex {
          $0.name == column.name && ($0.number == nil || column.number == nil)
        }
    }
    for (column, place) in zip(new.columns, places) {
      if let place { schema.columns[place].name = column.name }
    }
    for place in schema.columns.indices.reversed() where !places.contains(place) {
      guard new.columns.contains(where: { $0.name == schema.columns[place].name }) else { continue }
      schema.columns.remove(at: place)
      for key in rows.keys { rows[key]?.remove(at: place) }
      schema.key = schema.key.map { $0 > place ? $0 - 1 : $0 }
    }
    for (column, place) in zip(new.columns, places) where place == nil {
      schema.columns.append(column)
      for key in rows.keys { rows[key]?.append(.null) }
    }
  }

  /// The row in the order of the held columns; those that the source dropped are null.
  func arranged(_ row: [Value], from source: TableSchema) -> [Value] {
    schema.columns.map { column in
      source.columns.firstIndex { $0.name == column.name }.map { row[$0] } ?? .null
    }
  }
}
