import CDCCore

extension DestinationContract {
  private static let table = ContractTables.plain()

  private static let wider: TableSchema = {
    var wider = table
    wider.columns.append(ColumnSchema(name: "extra", type: .long))
    return wider
  }()

  private static let narrower = TableSchema(
    name: table.name, columns: [table.columns[0], table.columns[2]], key: [0])

  static let shapeCases: [Case] = [
    Case("an added column is null in the rows before") { harness in
      var runner = try await ContractRunner(
        harness, [table], rows: [table.name: ContractTables.rows(0..<10)])
      try await runner.deliver([
        ModelTransaction(200, [.insert(table, 100, "narrow"), .update(table, 1, "narrow", nil)]),
        ModelTransaction(
          210,
          [
            .alter(wider), .insert(table.name, ContractTables.row(101, "wide") + [.integer(7)]),
            .update(
              table.name, old: ContractTables.row(2, "") + [.null],
              new: [.integer(2), .text("wide"), nil, .integer(8)]),
            .update(
              table.name, old: ContractTables.row(100, "") + [.null],
              new: [.integer(100), .text("wide"), nil, .integer(9)]),
          ]),
      ])
      try await runner.check()
      let schema = try await runner.destination.schema(of: table.name)
      try require(
        schema?.columns.map(\.name) == ["id", "name", "note", "extra"], "\(String(describing: schema))")
      try await runner.restart()
      try await runner.deliver([
        ModelTransaction(
          300,
          [
            .update(
              table.name, old: ContractTables.row(3, "") + [.null],
              new: [.integer(3), .text("later"), nil, .integer(1)])
          ])
      ])
      try await runner.check("after a restart")
    },
    Case("a dropped column is kept, null from then on") { harness in
      var runner = try await ContractRunner(
        harness, [table], rows: [table.name: ContractTables.rows(0..<5)])
      try await runner.deliver([
        ModelTransaction(
          200,
          [
            .alter(narrower), .insert(table.name, [.integer(100), .text("only a note")]),
            .update(table.name, old: [.integer(2), .null], new: [.integer(2), .text("n2")]),
          ])
      ])
      try await runner.check()
      let rows = try await runner.destination.allRows(table.name, columns: ["id", "name"])
      let names = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
      try require(names[.integer(100)] == .null && names[.integer(1)] == .text("old1"), "\(names)")
    },
    Case("many tables in one package") { harness in
      let tables = (0..<15).map { ContractTables.plain("t\($0)") }
      var runner = try await ContractRunner(
        harness, tables,
        rows: Dictionary(uniqueKeysWithValues: tables.map { ($0.name, ContractTables.rows(0..<5)) }))
      try await runner.deliver(
        (0..<20).map { number in
          ModelTransaction(
            UInt64(200 + number),
            tables.flatMap { [.insert($0, 100 + number, "x"), .update($0, number % 5, "u\(number)", nil)] })
        })
      try await runner.check()
    },
    Case("a transaction of many batches") { harness in
      var runner = try await ContractRunner(
        harness, [table], rows: [table.name: ContractTables.rows(0..<2000)], batchRows: 500)
      var changes: [ModelChange] = []
      for number in 0..<6000 {
        switch number % 4 {
        case 0: changes.append(.insert(table, 10_000 + number, "new", "note \(number)"))
        case 1: changes.append(.update(table, (number * 7) % 1000, "u\(number)", number % 3 == 0 ? nil : "n"))
        case 2: changes.append(.update(table, 10_000 + (number - 2) / 8 * 4, "again\(number)", nil))
        default: changes.append(.delete(table, 1000 + number % 1000))
        }
      }
      // An update of a row that is not there would not be in a log.
      var known = runner.model
      changes = changes.filter { change in
        if case .update(let name, let old, _) = change,
          known.rows[name]?[known.key(name, old)] == nil
        {
          return false
        }
        known.apply(change)
        return true
      }
      try await runner.deliver([ModelTransaction(200, changes)])
      try await runner.check()
    },
    Case("changes of a table that was never loaded create it") { harness in
      var runner = try await ContractRunner(harness, [table])
      let late = ContractTables.plain("late")
      runner.model = SourceModel([table, late])
      runner.delivery.schemas[late.name] = late
      try await runner.deliver([ModelTransaction(200, [.insert(late, 1, "a"), .insert(late, 2, "b")])])
      try await runner.deliver([ModelTransaction(210, [.delete(late, 1), .update(late, 2, "c", nil)])])
      try await runner.check()
    },
    Case("names of every kind of character") { harness in
      let names = ["a/b", "..", ".", "_x", "%41", "mixed Case", "ünïcode", "a\\b", "semi;colon=1", "x\ny"]
      let tables = names.map { name in
        var table = ContractTables.plain()
        table.name = TableName(schema: name, name: name)
        return table
      }
      var runner = try await ContractRunner(
        harness, tables,
        rows: Dictionary(uniqueKeysWithValues: tables.map { ($0.name, ContractTables.rows(0..<2)) }))
      try await runner.deliver([ModelTransaction(200, tables.map { .update($0, 1, "u", nil) })])
      try await runner.check()
    },
  ]

  static let appendCases: [Case] = [
    Case("an appended table holds every change with its place in the log") { harness in
      var runner = try await ContractRunner(
        harness, [table], rows: [table.name: ContractTables.rows(0..<2)], disposition: .append)
      let transactions = [
        ModelTransaction(200, [.insert(table, 5, "a"), .update(table, 5, to: 6, "b", nil)]),
        ModelTransaction(210, [.delete(table, 6), .truncate(table.name)]),
      ]
      try await runner.redeliver(transactions)
      runner.position = LSN(100)
      try await runner.redeliver(transactions)
      let columns = ["_cdc_op", "_cdc_lsn", "_cdc_sequence", "_cdc_xid", "_cdc_unchanged", "id"]
      let rows = try await runner.destination.allRows(table.name, columns: columns)
      func row(_ op: String, _ lsn: Int, _ sequence: Int, _ unchanged: String?, _ id: Int?) -> [Value] {
        [
          .text(op), .integer(Int128(lsn)), .integer(Int128(sequence)),
          op == "r" ? .null : .integer(Int128(lsn)), unchanged.map { .text($0) } ?? .null,
          id.map { .integer(Int128($0)) } ?? .null,
        ]
      }
      let expected = [
        row("r", 100, -1, nil, 0), row("r", 100, -1, nil, 1), row("c", 200, 0, nil, 5),
        row("d", 200, 1, nil, 5), row("u", 200, 2, "note", 6), row("d", 210, 0, nil, 6),
        row("t", 210, 1, nil, nil),
      ]
      if let difference = difference(expected, rows) { throw ContractViolation(difference) }
    },
    Case("a table without a key is appended, also where merge is asked for") { harness in
      var keyless = table
      keyless.key = []
      var runner = try await ContractRunner(
        harness, [keyless], rows: [table.name: ContractTables.rows(0..<2)])
      let transactions = [ModelTransaction(200, [.insert(keyless, 1, "a"), .insert(keyless, 1, "a")])]
      try await runner.redeliver(transactions)
      runner.position = LSN(100)
      try await runner.redeliver(transactions)
      let rows = try await runner.destination.allRows(table.name, columns: ["id", "_cdc_op"])
      let expected: [[Value]] = [
        [.integer(0), .text("r")], [.integer(1), .text("r")], [.integer(1), .text("c")],
        [.integer(1), .text("c")],
      ]
      if let difference = difference(expected, rows) { throw ContractViolation(difference) }
    },
  ]
}
