/// What is kept, what is left out, and what the quarantine is told, change by change.
import TestSupport
import Testing

@testable import CDCCore

@Suite struct QuarantineTests {
  private static let table = TableSchema(
    name: TableName(schema: "public", name: "t"),
    columns: [
      ColumnSchema(name: "id", type: .int, isNullable: false), ColumnSchema(name: "v", type: .int),
      ColumnSchema(name: "big", type: .string),
    ], key: [0])

  /// A change at a position; each is a transaction of its own.
  private struct Change {
    var operation: Operation
    var id: Int128
    var value: Int128?
    var isRefused = false
    var isPartial = false

    init(_ operation: Operation, _ id: Int128, _ value: Int128? = nil) {
      (self.operation, self.id, self.value) = (operation, id, value)
    }
    func refused() -> Change {
      var change = self
      change.isRefused = true
      return change
    }
    func partial() -> Change {
      var change = self
      change.isPartial = true
      return change
    }
  }

  private func batch(_ changes: [Change], from position: UInt64 = 100) -> ChangeBatch {
    let rows = changes.map { change -> [Value] in
      [
        .integer(change.id), change.value.map(Value.integer) ?? .null,
        change.isPartial ? .null : .bytes(Array("big".utf8)),
      ]
    }
    var batch = ChangeBatch(
      rows: RowBatch(Self.table, rows), operations: changes.map(\.operation),
      positions: changes.indices.map { LSN(position + UInt64($0)) },
      transactions: changes.indices.map {
        TransactionRun(firstRow: $0, commitLSN: LSN(position + UInt64($0)), commitTime: 7, xid: 1)
      },
      unchanged: changes.contains(where: \.isPartial)
        ? [[], [], changes.indices.filter { changes[$0].isPartial }.map { Int32($0) }] : [])
    for (row, change) in changes.enumerated() {
      if change.operation == .deleteOldKey { batch.oldKeyRows[Int32(row + 1)] = Int32(row) }
      guard change.isRefused else { continue }
      batch.refusals.rows.append(
        RefusedRow(row: Int32(row), key: "{\"id\":\(change.id)}", column: "v", reason: "is NaN", json: "{}"))
    }
    return batch
  }

  /// What is kept as `update 1 2`, and what is noted as `quarantined {"id":1}`.
  private func sort(
    _ quarantine: inout Quarantine, _ batch: ChangeBatch, _ disposition: WriteDisposition = .merge
  ) throws -> (kept: [String], noted: [String]) {
    let (kept, entries) = try quarantine.sort(batch, disposition)
    func texts(_ batch: ChangeBatch?, _ line: (ChangeBatch, Int) -> String) -> [String] {
      batch.map { batch in (0..<batch.rowCount).map { line(batch, $0) } } ?? []
    }
    let keptTexts = texts(kept) { batch, row in
      let values = batch.rows.columns.prefix(2).map { $0.value(at: row).text(as: .int) }
      return "\(batch.operations[row]) \(values.joined(separator: " "))"
    }
    let noted = texts(entries) { batch, row in
      [2, 5].map { batch.rows.columns[$0].value(at: row).text(as: .string) }.joined(separator: " ")
    }
    return (keptTexts, noted)
  }

  @Test func aRowThatCannotBeHeldLeavesItsTableAndComesBackWhole() throws {
    var quarantine = Quarantine(pipeline: "p")
    let first = try sort(
      &quarantine,
      batch([
        Change(.insert, 1, 5).refused(), Change(.insert, 2, 6), Change(.update, 3, 7).refused(),
        Change(.update, 3, 8).refused(),
      ]))
    #expect(first.kept == ["insert 2 6", "delete 3 null"])
    #expect(
      first.noted == ["quarantined {\"id\":1}", "quarantined {\"id\":3}", "quarantined {\"id\":3}"])
    let next = batch([
      Change(.update, 1, 9), Change(.delete, 3), Change(.insert, 3, 1), Change(.update, 2, 2),
    ])
    #expect(!quarantine.passes(next))
    let second = try sort(&quarantine, next)
    #expect(second.kept == ["insert 1 9", "insert 3 1", "update 2 2"])
    #expect(second.noted == ["resolved {\"id\":1}", "resolved {\"id\":3}"])
    #expect(quarantine.passes(batch([Change(.update, 1, 9)])))
    #expect(quarantine.takeCounts().rows == [Self.table.name: 3])
  }

  @Test func aKeyChangeMovesARowInAndOutOfTheQuarantine() throws {
    var quarantine = Quarantine(pipeline: "p")
    let out = try sort(&quarantine, batch([Change(.deleteOldKey, 1), Change(.update, 2, 5).refused()]))
    #expect(out.kept == ["delete 1 null"])
    let moved = try sort(&quarantine, batch([Change(.deleteOldKey, 2), Change(.update, 3, 5).refused()]))
    #expect(moved.kept == [])
    #expect(moved.noted == ["resolved {\"id\":2}", "quarantined {\"id\":3}"])
    let back = try sort(&quarantine, batch([Change(.deleteOldKey, 3), Change(.update, 4, 5)]))
    #expect(back.kept == ["insert 4 5"])
    #expect(back.noted == ["resolved {\"id\":3}"])
  }

  @Test func aRowThatComesBackInPartHasItsTableLoaded() throws {
    for change in [Change(.update, 1, 2).partial()] {
      var quarantine = Quarantine(pipeline: "p", keys: [Self.table.name: ["1"]])
      #expect(throws: UnsyncedTables.self) { try sort(&quarantine, batch([change])) }
      // A log says itself what it does not carry.
      #expect(try sort(&quarantine, batch([change]), .append).kept == ["update 1 2"])
    }
    var moved = Quarantine(pipeline: "p", keys: [Self.table.name: ["1"]])
    #expect(throws: UnsyncedTables.self) {
      try sort(&moved, batch([Change(.deleteOldKey, 1), Change(.update, 2, 2).partial()]))
    }
  }

  @Test func whatWasSeenToBeforeIsLeftOut() throws {
    var quarantine = Quarantine(
      pipeline: "p", from: LSN(101), keys: [Self.table.name: ["1"]],
      loaded: [Self.table.name: LSN(102)])
    let result = try sort(
      &quarantine, batch([Change(.delete, 1), Change(.insert, 1, 2).refused(), Change(.update, 1, 3)]))
    #expect(result.kept == ["insert 1 3"])
    #expect(result.noted == ["resolved {\"id\":1}"])
  }

  @Test func aTruncationEmptiesTheQuarantine() throws {
    var quarantine = Quarantine(pipeline: "p", keys: [Self.table.name: ["1"]])
    let run = TransactionRun(firstRow: 0, commitLSN: LSN(100), commitTime: 0, xid: 0)
    let truncation = Truncation(tables: [Self.table], position: LSN(99), transaction: run)
    #expect(quarantine.truncate(Self.table.name, truncation)?.rowCount == 1)
    #expect(quarantine.truncate(Self.table.name, truncation) == nil)
    #expect(try sort(&quarantine, batch([Change(.insert, 1, 2), Change(.delete, 1)])).kept.count == 2)
  }

  @Test func aTableThatOnlyTakesInsertsIsNotBotheredByUpdates() throws {
    var quarantine = Quarantine(pipeline: "p")
    let changes = batch([
      Change(.insert, 1, 1), Change(.update, 1, 2).refused(), Change(.insert, 2, 2).refused(),
    ])
    let first = try sort(&quarantine, changes, .insertOnly)
    #expect(first.kept == ["insert 1 1"])
    #expect(first.noted == ["quarantined {\"id\":2}"])
  }

  /// Another server's log may be behind the one that the destination has come to know.
  @Test func aLoadNotesWhatItKeepsOutWhereverItsLogIs() async throws {
    let destination = InMemoryDestination()
    _ = try await destination.open(pipeline: "p")
    func load(at position: UInt64, after previous: UInt64, _ keys: [Int]) async throws -> QuarantineLedger {
      let quarantine = LoadQuarantine(
        "p", destination, position: LSN(position), after: LSN(previous), began: 7)
      try await quarantine.clear([Self.table.name])
      var refusals = Refusals()
      refusals.rows = keys.map {
        RefusedRow(key: "{\"id\":\($0)}", column: "v", reason: "is NaN", json: "{}")
      }
      try await quarantine.add(refusals, of: Self.table.name)
      try await quarantine.commit(
        Checkpoint(
          pipeline: "p", kind: .fullLoad, packageID: "p", position: LSN(position), commitTime: 7, rowCount: 0)
      )
      return try await QuarantineLedger.read(destination, pipeline: "p")
    }
    #expect(try await load(at: 100, after: 0, [1, 2]).keys == [Self.table.name: ["1", "2"]])
    let second = try await load(at: 50, after: 100, [2, 3])
    #expect(second.keys == [Self.table.name: ["2", "3"]])
    #expect(second.last == 5)
    #expect(second.counts.rows == [Self.table.name: 4])
    #expect(try await QuarantineLedger.read(destination, pipeline: "other").last == 0)
  }

  @Test func aKeyIsKnownByItsValues() {
    #expect(JSONText.values(of: "{\"id\":7}") == "7")
    #expect(JSONText.values(of: #"{"a:,\"b":"x,\"y\\","c":-1,"d":null}"#) == #""x,\"y\\",-1,null"#)
  }

  @Test func keysAreOneTextHoweverTheyAreSpelled() {
    let table = TableSchema(
      name: Self.table.name,
      columns: [
        ColumnSchema(name: "a \"b\"", type: .string), ColumnSchema(name: "d", type: .date),
        ColumnSchema(name: "n", type: .decimal(precision: 5, scale: 2)),
      ], key: [2, 0, 1])
    let row: [Value] = [.bytes(Array("x\\\n\u{1}".utf8)), .integer(-1), .integer(-5)]
    let batch = RowBatch(table, [row])
    #expect(
      batch.keyText(0) == "{\"n\":\"-0.05\",\"a \\\"b\\\"\":\"x\\\\\\n\\u0001\",\"d\":\"1969-12-31\"}")
  }
}
