import CDCCore

/// How large a batch has grown, measured now and then, and how large the last one was, so that the next one finds
/// its room reserved.
struct BatchSizing {
  /// Wire bytes decoded since the builders were last measured.
  var unmeasuredBytes = 0

  /// Often enough that a limit in bytes is passed by little, seldom enough to cost nothing.
  @inline(__always)
  var mustMeasure: Bool { unmeasuredBytes >= 128 << 10 }

  /// What the columns take in memory, in bytes.
  mutating func measure(_ columns: [ColumnBuilder]) -> Int {
    unmeasuredBytes = 0
    return columns.reduce(0) { $0 + $1.byteCount }
  }

  /// The columns as vectors; the builders are empty afterwards, with room for as many rows again.
  mutating func takeVectors(from columns: inout [ColumnBuilder], rows: Int) -> [ColumnVector] {
    unmeasuredBytes = 0
    return columns.indices.map { index in
      let byteCount = columns[index].bytes.count
      let vector = columns[index].takeVector()
      columns[index].reserveCapacity(rows: rows, bytes: byteCount)
      return vector
    }
  }
}
