/// Keys alone, for which no row is remembered.
extension KeyIndex {
  /// Takes the keys of rows that a load brings; see `KeyProbe` for how others are found among them.
  package mutating func note(_ rows: RowBatch) {
    let columns = rows.table.key.map { rows.columns[$0] }
    if isInteger {
      let keys = Self.integers(columns[0])
      for row in 0..<rows.rowCount { _ = integers.insert(keys, row) }
    } else {
      let keys = KeyBytes.keys(of: columns, rowCount: rows.rowCount)
      for row in 0..<rows.rowCount { _ = strings.insert(keys, row) }
    }
  }
}
