import CDCCore
import TestSupport
import Testing

/// Keys of every type against a plain dictionary of values.
struct KeyTypesTests {
  static let types: [[ColumnType]] = [
    [.short], [.int], [.long], [.date], [.timestamp], [.decimal(precision: 12, scale: 2)],
    [.decimal(precision: 30, scale: 2)], [.string], [.binary], [.boolean, .long], [.string, .string],
    [.int, .string, .date], [.double], [.float, .int], [.list(.int)],
  ]

  @Test(arguments: types)
  func compactionAgreesWithADictionary(_ types: [ColumnType]) throws {
    var generator = SeededGenerator(seed: 7)
    let table = TableSchema(
      name: TableName(schema: "s", name: "t"),
      columns: types.enumerated().map { ColumnSchema(name: "k\($0.offset)", type: $0.element) },
      key: Array(types.indices))
    var index = KeyIndex(table)
    var model: [[Value]: Int64] = [:]
    var next: Int64 = 0
    for _ in 0..<4 {
      let count = 700
      let columns = types.map { column($0, count, &generator) }
      let operations: [CDCCore.Operation] = (0..<count).map { _ in
        [.insert, .update, .delete][Int.random(in: 0..<3, using: &generator)]
      }
      let batch = ChangeBatch(
        rows: RowBatch(table: table, rowCount: count, columns: columns), operations: operations,
        positions: [], transactions: [])
      let left = try index.compact(batch, firstRow: next)
      var superseded: Set<Int64> = []
      var last: [[Value]: Int] = [:]
      for row in 0..<count { last[columns.map { $0.value(at: row) }] = row }
      for (key, row) in last {
        if let old = model[key] { superseded.insert(old) }
        model[key] = nil
        guard !operations[row].removesRow else { continue }
        let position = try #require(left.upserts.firstIndex(of: Int32(row)))
        model[key] = next + Int64(position)
      }
      #expect(Set(left.superseded) == superseded)
      #expect(left.superseded.count == superseded.count)
      next += Int64(left.upserts.count)
      #expect(index.count - index.removedCount == model.count)

      let probe = KeyProbe(index, entries: 0..<index.count)
      var matches = KeyMatches()
      let others = types.map { column($0, 500, &generator) }
      probe.find(in: others, rowCount: 500, firstRow: 10, into: &matches)
      let found = Set(matches.rows)
      for row in 0..<500 where model[others.map({ $0.value(at: row) })] != nil {
        #expect(found.contains(Int32(row + 10)))
      }
      for (row, entry) in zip(matches.rows, matches.entries) where !index.isRemoved(Int(entry)) {
        #expect(model[others.map { $0.value(at: Int(row) - 10) }] != nil)
      }
    }
  }

  func column(_ type: ColumnType, _ count: Int, _ generator: inout SeededGenerator) -> ColumnVector {
    let numbers = (0..<count).map { _ in Int64.random(in: -150..<150, using: &generator) }
    let values: ColumnVector.Values =
      switch type {
      case .boolean: .boolean(numbers.map { $0 > 0 })
      case .short, .int, .date: .int32(numbers.map { Int32($0) })
      case .float: .float(numbers.map { Float($0) / 4 })
      case .double: .double(numbers.map { Double($0) / 4 })
      case .decimal(let precision, _) where precision > 18: .int128(numbers.map { Int128($0) << 70 })
      case .string, .binary: .bytes(bytes(numbers))
      case .list:
        .list(
          offsets: (0...count).map { Int32($0) },
          elements: ColumnVector(count: count, values: .int32(numbers.map { Int32($0) })))
      default: .int64(numbers)
      }
    return ColumnVector(count: count, values: values)
  }

  private func bytes(_ numbers: [Int64]) -> ByteStrings {
    var strings = ByteStrings()
    for number in numbers {
      strings.append([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: Int(abs(number) % 20)))
    }
    return strings
  }

  @Test func boundsTurnAwayOnlyWhatHoldsNoKey() throws {
    var script = ChangeScript()
    for id in [10, 20, 30] as [Int64] { script.put(.insert, id, "x") }
    var index = KeyIndex(ChangeScript.table)
    _ = try index.compact(script.batch, firstRow: 0)
    let bounds = KeyBounds(index, entries: 0..<index.count, table: ChangeScript.table)
    #expect(bounds.admits(.integer(5), .integer(10)))
    #expect(bounds.admits(.integer(30), .integer(99)))
    #expect(bounds.admits(.integer(0), .integer(99)))
    #expect(!bounds.admits(.integer(11), .integer(19)))
    #expect(!bounds.admits(.integer(31), .integer(99)))
    #expect(!bounds.admits(.integer(-9), .integer(9)))
    #expect(bounds.admits(.null, .null))
  }
}
