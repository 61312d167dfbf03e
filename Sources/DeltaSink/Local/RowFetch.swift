import CDCCore

/// Reads single rows of data files: the values that changes did not carry.
struct RowFetch {
  /// Where a row lies.
  struct Place: Hashable {
    var file: String
    var row: Int64
  }

  let readers: [String: ParquetFileReader]

  /// - Parameters:
  ///   - columns: physical names and types.
  ///   - places: one a result row; nil gives nulls.
  /// - Returns: a vector a column. A file without the column gives nulls.
  func read(_ columns: [(name: String, type: ColumnType)], at places: [Place?]) throws -> [ColumnVector] {
    var pieces = columns.map { _ in [ColumnVector]() }
    var positions = [Int32](repeating: -1, count: places.count)
    var count: Int32 = 0
    var byFile: [String: [Int]] = [:]
    for (slot, place) in places.enumerated() {
      if let place { byFile[place.file, default: []].append(slot) }
    }
    for (file, slots) in byFile.sorted(by: { $0.key < $1.key }) {
      guard let reader = readers[file] else { continue }
      let ordered = slots.map { (slot: $0, row: places[$0]?.row ?? 0) }.sorted { $0.row < $1.row }
      var next = 0
      for (number, group) in reader.rowGroups.enumerated() {
        let start = next
        let end = group.firstRow + Int64(group.rowCount)
        while next < ordered.count, ordered[next].row < end { next += 1 }
        if start == next { continue }
        let rows = ordered[start..<next].map { Int32($0.row - group.firstRow) }
        try read(columns, reader, number, rows, into: &pieces)
        for item in ordered[start..<next] {
          positions[item.slot] = count
          count += 1
        }
      }
    }
    return zip(columns, pieces).map { column, parts in
      let all =
        parts.isEmpty
        ? ColumnVector(nulls: 0, of: column.type) : ColumnVector(concatenating: parts, of: column.type)
      return all.gather(positions)
    }
  }

  private func read(
    _ columns: [(name: String, type: ColumnType)], _ reader: ParquetFileReader, _ group: Int,
    _ rows: [Int32], into pieces: inout [[ColumnVector]]
  ) throws {
    for (index, column) in columns.enumerated() {
      guard let position = reader.columnIndex(named: column.name) else {
        pieces[index].append(ColumnVector(nulls: rows.count, of: column.type))
        continue
      }
      let vectors = try reader.read(columns: [position], rowGroup: group)
      pieces[index].append(vectors[0].gather(rows))
    }
  }
}
