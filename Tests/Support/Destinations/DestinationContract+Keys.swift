import CDCCore

extension DestinationContract {
  private static let table = ContractTables.plain()

  private static func loaded(_ harness: any DestinationHarness, batchRows: Int = 1000) async throws
    -> ContractRunner
  {
    try await ContractRunner(
      harness, [table], rows: [table.name: ContractTables.rows(0..<20)], batchRows: batchRows)
  }

  /// One behaviour, once with all changes in one batch and once with a batch a change.
  private static func both(_ name: String, _ transactions: [[ModelChange]]) -> [Case] {
    [1000, 1].map { batchRows in
      Case(name + (batchRows == 1 ? ", a batch a change" : "")) { harness in
        var runner = try await loaded(harness, batchRows: batchRows)
        try await runner.deliver(
          transactions.enumerated().map { ModelTransaction(UInt64(200 + 10 * $0.offset), $0.element) })
        try await runner.check()
        let isThere = runner.model.rows[table.name]?[ContractTables.key(19)] != nil
        try await runner.deliver([
          ModelTransaction(900, [isThere ? .update(table, 19, "after", nil) : .insert(table, 19, "after")])
        ])
        try await runner.check("after a package that follows")
      }
    }
  }

  static let keyCases: [Case] =
    both(
      "insert, update and delete",
      [
        [.insert(table, 100, "a"), .update(table, 1, "b", "c"), .delete(table, 2)]
      ])
    + both(
      "a key inserted and deleted in one package is not there",
      [
        [.insert(table, 100, "a")], [.update(table, 100, "b", "c")], [.delete(table, 100)],
      ])
    + both(
      "a key deleted and inserted again has the new row",
      [
        [.delete(table, 3), .insert(table, 3, "again")],
        [.delete(table, 4)], [.insert(table, 4, "again")], [.delete(table, 4)], [.insert(table, 4, "third")],
      ])
    + both(
      "a changed key moves the row",
      [
        [.update(table, 5, to: 105, "moved", "x")], [.update(table, 105, to: 106, "again", "y")],
        [.insert(table, 5, "newcomer")],
      ])
    + both(
      "swapped keys swap the rows",
      [
        [
          .update(table, 1, to: 100, "one", nil), .update(table, 2, to: 1, "two", nil),
          .update(table, 100, to: 2, "one", nil),
        ]
      ])
    + both(
      "a truncation takes what came before and leaves what comes after",
      [
        [.insert(table, 100, "a"), .update(table, 1, "b", nil)],
        [.truncate(table.name)],
        [.insert(table, 1, "new"), .insert(table, 100, "newer"), .update(table, 1, "newest", nil)],
      ])
    + both("a truncation alone empties the table", [[.truncate(table.name)]])
    + both(
      "two truncations in one transaction",
      [
        [
          .truncate(table.name), .insert(table, 1, "a"), .truncate(table.name), .insert(table, 2, "b"),
          .update(table, 2, to: 3, "c", nil),
        ]
      ])

  static let unchangedCases: [Case] =
    both(
      "an unchanged value comes from the destination",
      [
        [.update(table, 1, "a", nil), .update(table, 2, "b", nil)], [.update(table, 1, "c", nil)],
      ])
    + both(
      "an unchanged value comes from the package",
      [
        [.insert(table, 100, "a", "kept")], [.update(table, 100, "b", nil)],
        [.update(table, 1, "x", "fresh")], [.update(table, 1, "y", nil)],
      ])
    + both(
      "an unchanged value survives a key change",
      [
        [.update(table, 1, to: 100, "a", nil)], [.update(table, 100, to: 101, "b", nil)],
        [.insert(table, 200, "c", "kept"), .update(table, 200, to: 201, "d", nil)],
        [.insert(table, 1, "other"), .update(table, 1, "other still", nil)],
      ])
    + [
      Case("an unchanged null stays null") { harness in
        var runner = try await loaded(harness)
        try await runner.deliver([
          ModelTransaction(200, [.insert(table.name, [.integer(100), .text("a"), .null])])
        ])
        try await runner.deliver([ModelTransaction(210, [.update(table, 100, "b", nil)])])
        try await runner.check()
      },
      Case("unchanged values of many rows, package after package") { harness in
        var runner = try await loaded(harness, batchRows: 7)
        for round in 0..<4 {
          let changes = (0..<20).map { ModelChange.update(table, $0, "round\(round)-\($0)", nil) }
          try await runner.deliver([ModelTransaction(UInt64(200 + round * 10), changes)])
          try await runner.check("in round \(round)")
        }
      },
    ]
}
