/// Looks for the keys of an index in key columns read from a destination: which rows hold one of them.
///
/// Immutable, so several tasks may probe at once. A bitmap of about sixteen bits a key comes before the
/// table: it stays in the second-level cache and turns away nearly every row that is not looked for.
package struct KeyProbe: Sendable {
  private let index: KeyIndex
  private let wanted: Range<Int>
  private let words: [UInt64]
  private let shift: UInt64

  /// - Parameter entries: those looked for; others of the index are as if absent.
  package init(_ index: KeyIndex, entries: Range<Int>) {
    var bits: UInt64 = 12
    while bits < 26 && 1 << bits < entries.count * 16 { bits += 1 }
    var words = [UInt64](repeating: 0, count: 1 << Int(bits - 6))
    let shift = 64 - bits
    for entry in entries {
      let hash = index.isInteger ? index.integers.hash(ofEntry: entry) : index.strings.hash(ofEntry: entry)
      let bit = hash >> shift
      words[Int(truncatingIfNeeded: bit >> 6)] |= 1 << (bit & 63)
    }
    self.index = index
    self.wanted = entries
    self.words = words
    self.shift = shift
  }

  /// Appends the rows, ascending, whose key is looked for.
  ///
  /// - Parameters:
  ///   - columns: the key's, in the key's order. A row with a null in one of them matches nothing.
  ///   - firstRow: the number that row 0 of the columns has in its file.
  package func find(
    in columns: [ColumnVector], rowCount: Int, firstRow: Int, into matches: inout KeyMatches
  ) {
    let nulls = columns.filter { $0.nullCount > 0 }
    if index.isInteger {
      if case .int32(let values) = columns[0].values {
        scan(values.map { Int64($0) }, index.integers, nulls, rowCount, firstRow, &matches)
      } else if case .int64(let values) = columns[0].values {
        scan(values, index.integers, nulls, rowCount, firstRow, &matches)
      }
    } else {
      scan(
        KeyBytes.keys(of: columns, rowCount: rowCount), index.strings, nulls, rowCount, firstRow, &matches)
    }
  }

  private func scan<Table: KeyTable>(
    _ keys: Table.Keys, _ table: Table, _ nulls: [ColumnVector], _ rowCount: Int, _ firstRow: Int,
    _ matches: inout KeyMatches
  ) {
    for row in 0..<rowCount {
      let bit = table.hash(keys, row) >> shift
      if words[Int(truncatingIfNeeded: bit >> 6)] >> (bit & 63) & 1 == 0 { continue }
      let entry = table.find(keys, row)
      if entry < wanted.lowerBound || entry >= wanted.upperBound { continue }
      if nulls.contains(where: { $0.isNull(row) }) { continue }
      matches.rows.append(Int32(truncatingIfNeeded: firstRow &+ row))
      matches.entries.append(Int32(truncatingIfNeeded: entry))
    }
  }
}

/// Rows of one file whose key is looked for, ascending, with the entry of each one's key.
package struct KeyMatches: Sendable {
  package var rows: [Int32] = []
  package var entries: [Int32] = []

  package init() {}
}
