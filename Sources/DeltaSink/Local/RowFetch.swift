import CDCCore

/// Reads single rows of data files: the values that changes did not carry.
struct RowFetch {
  /// Where a row lies.
  struct Place: Hashable, Comparable {
    var file: String
    var row: Int64

    static func < (a: Place, b: Place) -> Bool { (a.file, a.row) < (b.file, b.row) }
  }

  /// Physical names and types.
  let columns: [(name: String, type: ColumnType)]
  let readers: [String: ParquetFileReader]

  /// Hands over the rows, one row group's after the other's: in memory is one column of one row group.
  ///
  /// - Parameters:
  ///   - places: ascending.
  ///   - body: gets a run of positions in `places` and for each column a vector of as many rows. A file without the
  ///     column gives nulls.
  func forEachRun(
    _ places: [Place], _ body: (_ run: Range<Int>, _ columns: [ColumnVector]) throws -> Void
  ) throws {
    var next = 0
    while next < places.count {
      let file = places[next].file
      guard let reader = readers[file] else {
        throw DeltaError(.notFound, "A data file is gone while it was read.", path: file, isRetryable: true)
      }
      for (number, group) in reader.rowGroups.enumerated() {
        let start = next
        let end = group.firstRow + Int64(group.rowCount)
        while next < places.count, places[next].file == file, places[next].row < end { next += 1 }
        if start == next { continue }
        let rows = places[start..<next].map { Int32($0.row - group.firstRow) }
        try body(start..<next, columns.map { try vector($0, reader, number, rows) })
      }
      // Rows past the file's end cannot be; they would keep us here for ever.
      while next < places.count, places[next].file == file { next += 1 }
    }
  }

  private func vector(
    _ column: (name: String, type: ColumnType), _ reader: ParquetFileReader, _ group: Int, _ rows: [Int32]
  ) throws -> ColumnVector {
    guard let position = reader.columnIndex(named: column.name) else {
      return ColumnVector(nulls: rows.count, of: column.type)
    }
    return try reader.read(columns: [position], rowGroup: group)[0].gather(rows)
  }
}
