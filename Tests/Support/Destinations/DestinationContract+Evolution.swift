import CDCCore

/// What a destination does that remembers its tables (`heldTables`) and their columns' numbers.
extension DestinationContract {
  /// `id#1 name#2 note#3`
  private static let table: TableSchema = {
    var table = ContractTables.plain()
    for index in table.columns.indices { table.columns[index].number = index + 1 }
    table.mark = "mark 1"
    return table
  }()

  private static func renamed(_ names: [String], mark: String = "mark 2") -> TableSchema {
    var table = table
    for (index, name) in names.enumerated() { table.columns[index].name = name }
    table.mark = mark
    return table
  }

  private static func loaded(_ harness: any DestinationHarness) async throws -> ContractRunner {
    try await ContractRunner(harness, [table], rows: [table.name: ContractTables.rows(0..<10)])
  }

  public static let evolutionCases: [Case] = [
    Case("a renamed column keeps its values") { harness in
      var runner = try await loaded(harness)
      let other = renamed(["key", "other name", "note"])
      try await runner.deliver([
        ModelTransaction(200, [.update(table, 1, "before", nil), .insert(table, 50, "before")]),
        ModelTransaction(
          210,
          [
            .alter(other), .update(other, 2, "after", nil), .update(other, 50, "after", nil),
            .delete(other, 3),
          ]),
      ])
      try await runner.check()
      try await runner.restart()
      try await runner.deliver([
        ModelTransaction(300, [.update(other, 4, "later", nil), .update(other, 2, to: 20, "moved", nil)])
      ])
      try await runner.check("after a restart")
      let names = try await runner.destination.schema(of: table.name)?.columns.map(\.name)
      try require(names == ["key", "other name", "note"], "\(names ?? [])")
    },
    Case("two columns swap their names") { harness in
      var runner = try await loaded(harness)
      let swapped = renamed(["id", "note", "name"])
      try await runner.deliver([
        ModelTransaction(200, [.alter(swapped), .update(swapped, 1, "x", nil)])
      ])
      try await runner.check()
    },
    Case("a column takes the name that another has given up") { harness in
      var runner = try await loaded(harness)
      var next = renamed(["id", "old", "note"])
      next.columns.append(ColumnSchema(name: "name", type: .long, number: 4))
      try await runner.deliver([
        ModelTransaction(
          200, [.alter(next), .insert(table.name, ContractTables.row(60, "old") + [.integer(6)])])
      ])
      try await runner.check()
    },
    Case("a column under the name of a dropped one has none of its values") { harness in
      var runner = try await loaded(harness)
      var dropped = table
      dropped.columns.remove(at: 1)
      try await runner.deliver([
        ModelTransaction(200, [.alter(dropped), .insert(table.name, [.integer(70), .text("n")])])
      ])
      try await runner.check()
      var again = dropped
      again.columns.append(ColumnSchema(name: "name", type: .string, number: 4))
      try await runner.deliver([
        ModelTransaction(
          210, [.alter(again), .insert(table.name, [.integer(71), .text("n"), .text("new")])])
      ])
      try await runner.check("with the new one")
    },
    Case("a batch without rows brings a shape") { harness in
      var runner = try await loaded(harness)
      var wider = renamed(["id", "called", "note"])
      wider.columns.append(ColumnSchema(name: "extra", type: .long, number: 4))
      try await deliver(wider, to: runner.destination, after: runner.position)
      runner.model.apply(.alter(wider))
      try await runner.check()
      try await runner.restart([wider])
      try require(runner.position == LSN(150), "the checkpoint is \(runner.position)")
      try await runner.deliver([ModelTransaction(200, [.update(wider, 1, "x", nil)].map(widened))])
      try await runner.check("after a restart")
    },
    Case("the tables are remembered as they were brought last") { harness in
      var runner = try await loaded(harness)
      let other = renamed(["id", "other", "note"])
      try await runner.deliver([ModelTransaction(200, [.alter(other), .insert(other, 80, "x")])])
      try await runner.restart()
      let held = try await runner.destination.heldTables(pipeline: "contract")
      try require(held?.count == 1, "\(String(describing: held))")
      guard let schema = held?.first?.schema else { return }
      try require(schema.mark == "mark 2" && schema.name == table.name, "\(schema)")
      try require(
        schema.columns.map(\.name) == ["id", "other", "note"] && schema.columns.map(\.number) == [1, 2, 3]
          && schema.key == [0] && schema.columns.map(\.type) == table.columns.map(\.type), "\(schema)")
      try require(
        held?.first.map { $0.position >= LSN(100) } ?? false, "position \(String(describing: held))")
    },
    Case("a table loaded ahead of the checkpoint skips what it has, old shapes included") { harness in
      var runner = try await loaded(harness)
      let other = renamed(["id", "other", "note"])
      try await runner.restart()
      runner.model = SourceModel([other])
      try await runner.load(other, ContractTables.rows(0..<5, "new"), at: LSN(300))
      try await runner.destination.record(
        Checkpoint(
          pipeline: "contract", kind: .cdc, packageID: "beside", position: runner.position, commitTime: 0,
          rowCount: 5))
      let held = try await runner.destination.heldTables(pipeline: "contract")
      try require(held?.first?.position == LSN(300), "\(String(describing: held))")
      try await runner.redeliver([
        ModelTransaction(200, [.insert(table, 90, "skipped"), .update(table, 1, "skipped", nil)])
      ])
      try await runner.check()
      try await runner.restart([other])
      try await runner.deliver([ModelTransaction(310, [.update(other, 1, "taken", nil)])])
      try await runner.check("after a restart")
    },
    Case("a released table is forgotten, and its copy kept or dropped") { harness in
      let second = ContractTables.plain("second")
      var runner = try await ContractRunner(
        harness, [table, second], rows: [table.name: ContractTables.rows(0..<3)])
      try await runner.destination.release(table.name, pipeline: "contract", copy: .keep)
      try await runner.destination.release(second.name, pipeline: "contract", copy: .drop)
      try await runner.destination.release(second.name, pipeline: "contract", copy: .drop)
      try require(try await runner.destination.allRows(table.name).count == 3, "the copy is gone")
      try await runner.restart()
      let held = try await runner.destination.heldTables(pipeline: "contract")
      try require(held?.isEmpty ?? false, "\(String(describing: held))")
      let kept = try await runner.destination.schema(of: table.name)
      let dropped = try await runner.destination.schema(of: second.name)
      try require(kept != nil && dropped == nil, "kept \(String(describing: kept))")
    },
    Case("a shape of a package that was given up is not remembered") { harness in
      var runner = try await loaded(harness)
      do {
        let writer = try await runner.destination.beginPackage(
          LoadPackage(pipeline: "contract", from: LSN(100)))
        try await writer.write(
          ChangeBatch(
            rows: RowBatch(renamed(["id", "other", "note"]), []), operations: [], positions: [],
            transactions: []), disposition: .merge)
        await writer.abandon()
      }
      // What follows without a restart, as when another table is loaded beside.
      try await runner.destination.record(
        Checkpoint(
          pipeline: "contract", kind: .cdc, packageID: "same", position: LSN(100), commitTime: 0, rowCount: 0)
      )
      for moment in ["", "after a restart"] {
        let held = try await runner.destination.heldTables(pipeline: "contract")
        try require(held?.first?.schema.mark == "mark 1", "\(held ?? []) \(moment)")
        try await runner.restart()
      }
    },
  ]

  /// A package of a shape alone, up to position 150.
  private static func deliver(
    _ shape: TableSchema, to destination: any Destination, after position: LSN
  ) async throws {
    let writer = try await destination.beginPackage(LoadPackage(pipeline: "contract", from: position))
    try await writer.write(
      ChangeBatch(rows: RowBatch(shape, []), operations: [], positions: [], transactions: []),
      disposition: .merge)
    try await writer.commit(
      Checkpoint(
        pipeline: "contract", kind: .cdc, packageID: "shape", position: LSN(150), commitTime: 0, rowCount: 0))
  }

  /// The change of a row with one column more.
  private static func widened(_ change: ModelChange) -> ModelChange {
    guard case .update(let table, let old, let new) = change else { return change }
    return .update(table, old: old + [.null], new: new + [.integer(5)])
  }
}
