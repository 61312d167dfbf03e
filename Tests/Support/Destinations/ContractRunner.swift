import CDCCore

/// One case's world: a source model, what has been delivered of it, and the runner at work.
struct ContractRunner {
  let harness: any DestinationHarness
  var model: SourceModel
  var delivery: ModelDelivery
  let faults = FaultPlan()
  var destination: any ReadableDestination
  var position: LSN

  /// Opens the destination and loads the tables.
  init(
    _ harness: any DestinationHarness, _ tables: [TableSchema], rows: [TableName: [[Value]]] = [:],
    at position: UInt64 = 100, disposition: WriteDisposition = .merge, batchRows: Int = 1000
  ) async throws {
    self.harness = harness
    model = SourceModel(tables)
    delivery = ModelDelivery(tables, batchRows: batchRows, disposition: disposition)
    self.position = LSN(position)
    destination = try await harness.start(faults)
    let before = try await destination.open(pipeline: "contract")
    try require(before == nil, "a fresh destination has a checkpoint")
    for table in tables { try await load(table, rows[table.name] ?? [], at: LSN(position)) }
    try await destination.record(
      Checkpoint(
        pipeline: "contract", kind: .fullLoad, packageID: "load", position: LSN(position), commitTime: 0,
        rowCount: 0))
  }

  mutating func load(_ table: TableSchema, _ rows: [[Value]], at position: LSN) async throws {
    for row in rows { model.apply(.insert(table.name, row)) }
    let load = try await destination.beginLoad(
      table, disposition: delivery.disposition, pipeline: "contract", position: position)
    if !rows.isEmpty { try await load.write(RowBatch(table, rows)) }
    try await load.commit()
  }

  /// Applies to the model and delivers as one package.
  mutating func deliver(_ transactions: [ModelTransaction]) async throws {
    for transaction in transactions { model.apply(transaction) }
    try await redeliver(transactions)
  }

  /// Delivers without touching the model: again, or after a crash.
  mutating func redeliver(_ transactions: [ModelTransaction]) async throws {
    try await delivery.deliver(transactions, after: position, to: destination)
    position = transactions.last?.end ?? position
  }

  /// A new process takes over; position and shapes are those of its checkpoint.
  mutating func restart(_ tables: [TableSchema]? = nil) async throws {
    destination = NoDestination()
    destination = try await harness.start(faults)
    guard let checkpoint = try await destination.open(pipeline: "contract") else {
      throw ContractViolation("the checkpoint is lost after a restart")
    }
    position = checkpoint.position
    if let tables {
      delivery.schemas = Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0) })
    }
  }

  /// Delivers with a fault at the stage: it must come through as an error. Then the runner is as if killed, or with
  /// `abandons` gives the package up as a pipeline does.
  mutating func deliverCutOff(
    _ transactions: [ModelTransaction], at stage: DeliveryStage, after passings: Int = 0,
    abandons: Bool = false
  ) async throws {
    faults.arm(stage, after: passings)
    do {
      try await delivery.deliver(transactions, after: position, to: destination, abandons: abandons)
      throw ContractViolation("the fault \(stage) was not met")
    } catch is InjectedFault {
    }
  }

  /// Every table holds what the model holds.
  func check(_ when: String = "at the end") async throws {
    for table in model.schemas.keys.sorted() {
      guard let schema = model.schemas[table] else { continue }
      let expected = model.rows[table].map { Array($0.values) } ?? []
      let actual = try await destination.allRows(table, columns: schema.columns.map(\.name))
      if let difference = difference(expected, actual) {
        throw ContractViolation("\(table) \(when): \(difference)")
      }
      try await harness.inspect(schema, expected)
    }
  }
}

/// Stands where no process runs.
private struct NoDestination: ReadableDestination {
  private var error: ContractViolation { ContractViolation("no runner") }
  func open(pipeline: String) async throws -> Checkpoint? { throw error }
  func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad { throw error }
  func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter { throw error }
  func record(_ checkpoint: Checkpoint) async throws { throw error }
  func schema(of table: TableName) async throws -> TableSchema? { throw error }
  func read(
    _ table: TableName, columns: [String]?, sink: @escaping @Sendable (RowBatch) async throws -> Void
  ) async throws { throw error }
}

/// The tables of the cases.
enum ContractTables {
  static func plain(_ name: String = "item") -> TableSchema {
    TableSchema(
      name: TableName(schema: "public", name: name),
      columns: [
        ColumnSchema(name: "id", type: .long, isNullable: false), ColumnSchema(name: "name", type: .string),
        ColumnSchema(name: "note", type: .string),
      ], key: [0])
  }

  static func row(_ id: Int, _ name: String, _ note: String = "n") -> [Value] {
    [.integer(Int128(id)), .text(name), .text(note)]
  }

  static func key(_ id: Int) -> [Value] { [.integer(Int128(id))] }

  static func rows(_ ids: Range<Int>, _ name: String = "old") -> [[Value]] {
    ids.map { row($0, "\(name)\($0)", "note\($0)") }
  }
}

extension ModelChange {
  /// An update of the plain table; `note` nil is unchanged.
  static func update(_ table: TableSchema, _ id: Int, to new: Int? = nil, _ name: String, _ note: String?)
    -> ModelChange
  {
    .update(
      table.name, old: ContractTables.row(id, ""),
      new: [.integer(Int128(new ?? id)), .text(name), note.map { .text($0) }])
  }

  static func insert(_ table: TableSchema, _ id: Int, _ name: String, _ note: String = "n") -> ModelChange {
    .insert(table.name, ContractTables.row(id, name, note))
  }

  static func delete(_ table: TableSchema, _ id: Int) -> ModelChange {
    .delete(table.name, key: ContractTables.key(id))
  }
}
