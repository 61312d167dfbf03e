import CDCCore

extension DestinationContract {
  static let loadCases: [Case] = [
    Case("a load creates the table and a checkpoint is read back") { harness in
      let table = ContractTables.plain()
      var runner = try await ContractRunner(
        harness, [table], rows: [table.name: ContractTables.rows(0..<50)])
      try await runner.check()
      try await runner.restart()
      try require(runner.position == LSN(100), "checkpoint at \(runner.position)")
      let schema = try await runner.destination.schema(of: table.name)
      try require(
        schema?.columns.map(\.name) == ["id", "name", "note"]
          && schema?.columns.map(\.type) == table.columns.map(\.type),
        "schema is \(String(describing: schema))")
      try await runner.check("after a restart")
    },
    Case("a load replaces the table and its shape at once") { harness in
      let table = ContractTables.plain()
      var runner = try await ContractRunner(
        harness, [table], rows: [table.name: ContractTables.rows(0..<50)])
      var wider = table
      wider.columns.append(ColumnSchema(name: "extra", type: .int))
      let load = try await runner.destination.beginLoad(
        wider, disposition: .merge, pipeline: "contract", position: LSN(200))
      try await load.write(
        RowBatch(wider, ContractTables.rows(10..<20, "new").map { $0 + [.integer(1)] }))
      try await runner.check("while the load runs")
      try await load.commit()
      let rows = try await runner.destination.allRows(table.name)
      try require(
        rows.count == 10 && rows.allSatisfy { $0.count == 4 }, "the load did not replace: \(rows.count)")
      runner.model = SourceModel([wider])
      for row in ContractTables.rows(10..<20, "new") {
        runner.model.apply(.insert(table.name, row + [.integer(1)]))
      }
      try await runner.check()
    },
    Case("rows come from several tasks at once") { harness in
      let table = ContractTables.plain()
      var runner = try await ContractRunner(harness, [table])
      let load = try await runner.destination.beginLoad(
        table, disposition: .merge, pipeline: "contract", position: LSN(150))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for part in 0..<8 {
          group.addTask {
            for batch in 0..<5 {
              let first = part * 1000 + batch * 100
              try await load.write(RowBatch(table, ContractTables.rows(first..<(first + 100))))
            }
          }
        }
        try await group.waitForAll()
      }
      try await load.commit()
      for part in 0..<8 {
        for row in ContractTables.rows((part * 1000)..<(part * 1000 + 500)) {
          runner.model.apply(.insert(table.name, row))
        }
      }
      try await runner.check()
    },
    Case("an abandoned load leaves the table as it was") { harness in
      let table = ContractTables.plain()
      let runner = try await ContractRunner(
        harness, [table], rows: [table.name: ContractTables.rows(0..<5)])
      let load = try await runner.destination.beginLoad(
        table, disposition: .merge, pipeline: "contract", position: LSN(150))
      try await load.write(RowBatch(table, ContractTables.rows(50..<60)))
      await load.abandon()
      try await runner.check()
    },
    Case("a table loaded later skips what committed before its snapshot") { harness in
      let table = ContractTables.plain()
      var runner = try await ContractRunner(harness, [table], rows: [table.name: ContractTables.rows(0..<3)])
      let stale = ModelTransaction(150, [.delete(table, 7), .update(table, 8, "stale", "s")])
      runner.model = SourceModel([table])
      try await runner.load(table, ContractTables.rows(5..<10), at: LSN(200))
      try await runner.redeliver([stale])
      try await runner.check("after stale changes")
      try await runner.redeliver([
        ModelTransaction(199, [.delete(table, 7)]), ModelTransaction(200, [.delete(table, 8)]),
        ModelTransaction(240, [.update(table, 9, "fresh", nil)]),
      ])
      runner.model.apply(.delete(table, 8))
      runner.model.apply(.update(table, 9, "fresh", nil))
      try await runner.check("after fresh changes")
    },
    Case("a second runner and the first cannot both deliver") { harness in
      let table = ContractTables.plain()
      var runner = try await ContractRunner(harness, [table], rows: [table.name: ContractTables.rows(0..<3)])
      let change = ModelTransaction(200, [.insert(table, 50, "first")])
      let second = try await harness.start(FaultPlan())
      do {
        _ = try await second.open(pipeline: "contract")
      } catch let error as CDCError where error.code == .fenced {
        try await runner.deliver([change])
        try await runner.check()
        return
      }
      do {
        try await runner.redeliver([change])
        throw ContractViolation("a fenced runner delivered")
      } catch let error as CDCError where error.code == .fenced {
      }
      runner.destination = second
      try await runner.check()
    },
  ]
}
