import Testing

@testable import CDCCore

/// Builds batches of a table (id key, name, note) for the compaction tests.
struct ChangeScript {
  var operations: [CDCCore.Operation] = []
  var ids: [Int64] = []
  var names: [String?] = []
  /// Nil: null; a value of "=": unchanged.
  var notes: [String?] = []
  var oldKeyRows: [Int32: Int32] = [:]

  static let table = TableSchema(
    name: TableName(schema: "public", name: "t"),
    columns: [
      ColumnSchema(name: "id", type: .long, isNullable: false),
      ColumnSchema(name: "name", type: .string), ColumnSchema(name: "note", type: .string),
    ], key: [0])

  mutating func put(_ operation: CDCCore.Operation, _ id: Int64, _ name: String? = nil, _ note: String? = nil)
  {
    operations.append(operation)
    ids.append(id)
    names.append(name)
    notes.append(note)
  }

  mutating func move(_ old: Int64, to new: Int64, _ name: String?, _ note: String?) {
    put(.deleteOldKey, old)
    put(.update, new, name, note)
    oldKeyRows[Int32(ids.count - 1)] = Int32(ids.count - 2)
  }

  var batch: ChangeBatch {
    let unchanged = notes.indices.filter { notes[$0] == "=" }.map { Int32($0) }
    return ChangeBatch(
      rows: RowBatch(
        table: Self.table, rowCount: ids.count,
        columns: [
          ColumnVector(count: ids.count, values: .int64(ids)), Self.strings(names),
          Self.strings(notes.map { $0 == "=" ? nil : $0 }),
        ]),
      operations: operations, positions: ids.indices.map { LSN(UInt64($0)) },
      transactions: [TransactionRun(firstRow: 0, commitLSN: LSN(1), commitTime: 0, xid: 1)],
      unchanged: unchanged.isEmpty ? [] : [[], [], unchanged], oldKeyRows: oldKeyRows)
  }

  static func strings(_ values: [String?]) -> ColumnVector {
    var bytes = ByteStrings()
    for value in values { bytes.append(Array((value ?? "").utf8)) }
    let nulls = values.indices.filter { values[$0] == nil }.map { Int32($0) }
    return ColumnVector(
      count: values.count, validity: Validity(count: values.count, nullRows: nulls), values: .bytes(bytes))
  }
}

struct KeyIndexTests {
  func text(_ column: ColumnVector, _ row: Int) -> String? {
    guard case .bytes(let bytes) = column.value(at: row) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func lastChangeOfAKeyWins() throws {
    var script = ChangeScript()
    script.put(.insert, 1, "a")
    script.put(.insert, 2, "b")
    script.put(.update, 1, "c")
    script.put(.delete, 2)
    script.put(.insert, 3, "d")
    var index = KeyIndex(ChangeScript.table)
    let left = try index.compact(script.batch, firstRow: 0)
    #expect(left.upserts == [2, 4])
    #expect(index.count == 3)
    #expect(index.removedCount == 1)
    let rows = left.rows(of: script.batch)
    #expect(text(rows.columns[1], 0) == "c" && text(rows.columns[1], 1) == "d")
  }

  @Test func aDeletedKeyInsertedAgainStays() throws {
    var script = ChangeScript()
    script.put(.delete, 7)
    script.put(.insert, 7, "again")
    var index = KeyIndex(ChangeScript.table)
    let left = try index.compact(script.batch, firstRow: 0)
    #expect(left.upserts == [1])
    #expect(index.removedCount == 0)
  }

  @Test func rowsOfEarlierBatchesAreSuperseded() throws {
    var index = KeyIndex(ChangeScript.table)
    var first = ChangeScript()
    for id in 0..<5 { first.put(.insert, Int64(id), "x") }
    #expect(try index.compact(first.batch, firstRow: 100).superseded.isEmpty)
    var second = ChangeScript()
    second.put(.update, 3, "y")
    second.put(.update, 3, "z")
    second.put(.delete, 1)
    let left = try index.compact(second.batch, firstRow: 105)
    #expect(left.superseded == [103, 101])
    #expect(left.upserts == [1])
    var third = ChangeScript()
    third.put(.delete, 3)
    #expect(try index.compact(third.batch, firstRow: 106).superseded == [105])
    #expect(index.isRemoved(3) && index.isRemoved(1) && !index.isRemoved(0))
  }

  @Test func unchangedValuesComeFromTheRowBefore() throws {
    var script = ChangeScript()
    script.put(.insert, 1, "a", "long")
    script.put(.update, 1, "b", "=")
    script.put(.update, 1, "c", "=")
    var index = KeyIndex(ChangeScript.table)
    let left = try index.compact(script.batch, firstRow: 0)
    let rows = left.rows(of: script.batch)
    #expect(rows.rowCount == 1)
    #expect(text(rows.columns[1], 0) == "c" && text(rows.columns[2], 0) == "long")
    #expect(left.unchanged.allSatisfy(\.isEmpty) && left.holders.isEmpty)
  }

  @Test func unchangedValuesOfTheDestinationStayUnchanged() throws {
    var script = ChangeScript()
    script.put(.update, 1, "a", "=")
    script.put(.update, 2, "b", "new")
    script.put(.update, 1, "c", "=")
    var index = KeyIndex(ChangeScript.table)
    let left = try index.compact(script.batch, firstRow: 0)
    #expect(left.upserts == [1, 2])
    #expect(left.unchanged == [[], [], [1]])
    #expect(left.holders == [1: .destination(entry: 0)])
  }

  @Test func unchangedValuesFollowAKeyChange() throws {
    var script = ChangeScript()
    script.put(.insert, 1, "a", "one")
    script.move(1, to: 2, "b", "=")
    script.move(2, to: 3, "c", "=")
    script.move(10, to: 11, "d", "=")
    script.move(11, to: 12, "e", "=")
    var index = KeyIndex(ChangeScript.table)
    let left = try index.compact(script.batch, firstRow: 0)
    let rows = left.rows(of: script.batch)
    #expect(left.upserts == [4, 8])
    #expect(text(rows.columns[2], 0) == "one")
    #expect(left.unchanged == [[], [], [1]])
    let old = try #require(left.holders[1])
    guard case .destination(let entry) = old else {
      Issue.record("\(old)")
      return
    }
    #expect(index.integerKey(Int(entry)) == 10)
  }

  /// Such a row came unseen: neither the deleted one nor what the destination had under the key has its values.
  @Test func unchangedValuesAreNotThoseOfADeletedRow() throws {
    var script = ChangeScript()
    script.put(.delete, 1)
    script.put(.update, 1, "a", "=")
    script.put(.update, 1, "b", "=")
    var index = KeyIndex(ChangeScript.table)
    let left = try index.compact(script.batch, firstRow: 0)
    #expect(left.upserts == [2])
    #expect(left.holders == [0: .nobody])
    #expect(left.unchanged == [[], [], []])
  }

  @Test func swappedKeysKeepTheirOwnValues() throws {
    var script = ChangeScript()
    script.move(1, to: 3, "a", "=")
    script.move(2, to: 1, "b", "=")
    script.move(3, to: 2, "a", "=")
    var index = KeyIndex(ChangeScript.table)
    let left = try index.compact(script.batch, firstRow: 0)
    #expect(left.upserts == [3, 5])
    let holders = left.upserts.indices.map { left.holders[Int32($0)] }
    let keys = holders.map { holder -> Int64? in
      guard case .destination(let entry) = holder else { return nil }
      return index.integerKey(Int(entry))
    }
    #expect(keys == [2, 1])
  }

  @Test func unchangedValuesOfAnEarlierBatchNameItsRow() throws {
    var index = KeyIndex(ChangeScript.table)
    var first = ChangeScript()
    first.put(.insert, 5, "a", "kept")
    _ = try index.compact(first.batch, firstRow: 40)
    var second = ChangeScript()
    second.move(5, to: 6, "b", "=")
    let left = try index.compact(second.batch, firstRow: 41)
    #expect(left.holders == [0: .packageRow(40)])
    #expect(left.superseded == [40])
  }

  @Test func aChangeWithoutItsKeyIsAnError() throws {
    var script = ChangeScript()
    script.put(.insert, 1, "a")
    var batch = script.batch
    batch.rows = RowBatch(
      table: batch.table, rowCount: 1, columns: batch.rows.columns.map { $0.gather([-1]) })
    var index = KeyIndex(ChangeScript.table)
    #expect(throws: CDCError.self) { try index.compact(batch, firstRow: 0) }
  }
}

extension KeyIndex {
  /// An integer key by its entry.
  fileprivate func integerKey(_ entry: Int) -> Int64 { integers.keys[entry] }
}
