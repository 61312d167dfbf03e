import CDCCore
import TestSupport

@testable import DeltaSink

/// A small source, its model, and what has been delivered of it into a dataset of the double.
struct DeliveryWorld {
  let harness: DatabricksHarness
  var model: SourceModel
  var destination: DatabricksDestination
  var position: LSN
  private var delivery: ModelDelivery

  static let item = TableSchema(
    name: TableName(schema: "public", name: "item"),
    columns: [
      ColumnSchema(name: "id", type: .long, isNullable: false), ColumnSchema(name: "name", type: .string),
      ColumnSchema(name: "note", type: .string),
    ], key: [0])
  static let other = TableSchema(
    name: TableName(schema: "shop", name: "item"), columns: item.columns, key: [0])
  static let pipeline = "contract"

  /// Both tables loaded at 100, with a checkpoint.
  init(
    _ harness: DatabricksHarness, disposition: WriteDisposition = .merge,
    _ onStage: (@Sendable (DatabricksStage) throws -> Void)? = nil
  ) async throws {
    self.harness = harness
    model = SourceModel([Self.item, Self.other])
    delivery = ModelDelivery([Self.item, Self.other], disposition: disposition)
    destination = try harness.destination(onStage)
    position = LSN(100)
    _ = try await destination.open(pipeline: Self.pipeline)
    for table in [Self.item, Self.other] {
      for id in 0..<10 { model.apply(.insert(table.name, Self.row(id, "old"))) }
      try await load(table, 0..<10, "old", disposition: disposition)
    }
    try await destination.record(
      Checkpoint(
        pipeline: Self.pipeline, kind: .fullLoad, packageID: "load", position: position, commitTime: 0,
        rowCount: 20))
  }

  static func row(_ id: Int, _ name: String) -> [Value] {
    [.integer(Int128(id)), .text("\(name)\(id)"), .text("note\(id)")]
  }

  func load(
    _ table: TableSchema, _ ids: Range<Int>, _ name: String, at position: LSN = LSN(100),
    disposition: WriteDisposition = .merge
  ) async throws {
    let load = try await destination.beginLoad(
      table, disposition: disposition, pipeline: Self.pipeline, position: position)
    if !ids.isEmpty { try await load.write(RowBatch(table, ids.map { Self.row($0, name) })) }
    try await load.commit()
  }

  /// An insert, an update that leaves a value, a key change that leaves one, and a delete, in both tables.
  static let changes: [ModelTransaction] = [item, other].enumerated().map { number, table in
    ModelTransaction(
      UInt64(200 + number * 10),
      [
        .insert(table.name, row(50, "new")),
        .update(table.name, old: row(1, ""), new: [.integer(1), .text("changed"), nil]),
        .update(table.name, old: row(2, ""), new: [.integer(60), .text("moved"), nil]),
        .delete(table.name, key: [.integer(3)]),
      ])
  }

  /// Delivers without touching the model.
  mutating func deliver(_ transactions: [ModelTransaction]) async throws {
    try await delivery.deliver(transactions, after: position, to: destination, pipeline: Self.pipeline)
    position = transactions.last?.end ?? position
  }

  /// A new process takes over; what the checkpoint does not have is delivered again.
  mutating func resume(_ transactions: [ModelTransaction]) async throws {
    destination = try harness.destination()
    guard let checkpoint = try await destination.open(pipeline: Self.pipeline) else {
      throw ContractViolation("the checkpoint is lost")
    }
    position = checkpoint.position
    let rest = transactions.filter { $0.commitLSN >= checkpoint.position }
    if !rest.isEmpty { try await deliver(rest) }
  }

  /// Both tables hold what the model holds, and nothing is left in the volume.
  func check() async throws {
    for table in [Self.item, Self.other] {
      let expected = model.rows[table.name].map { Array($0.values) } ?? []
      let actual = try await destination.allRows(table.name, columns: table.columns.map(\.name))
      guard Set(actual) == Set(expected), actual.count == expected.count else {
        throw ContractViolation("\(table.name): \(actual.count) rows, \(expected.count) expected: \(actual)")
      }
      try await harness.inspect(table, expected)
    }
    let folder = destination.session.layout.folder(pipeline: Self.pipeline)
    let left = try await destination.session.files.list(folder)?.filter(\.isDirectory) ?? []
    guard left.isEmpty else { throw ContractViolation("left in the volume: \(left.map(\.name))") }
  }
}
