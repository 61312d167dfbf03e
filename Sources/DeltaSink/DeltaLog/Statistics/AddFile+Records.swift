/// How many rows a file has, from its statistics' text alone.
extension AddFile {
  /// Rows in the data file, those of the deletion vector included; nil where the statistics do not say.
  package var numRecords: Int? {
    guard let stats else { return nil }
    var reader = JSONReader(Array(stats.utf8))
    var records: Int?
    try? reader.object { reader, name in
      if name == "numRecords" { records = try reader.optionalInt() } else { try reader.skipValue() }
    }
    return records.flatMap { $0 < 0 ? nil : $0 }
  }

  /// Rows that a reader sees.
  package var liveRecords: Int? { numRecords.map { $0 - (deletionVector?.cardinality ?? 0) } }
}

/// Sums over what a log says, which need not be true: they stay at `Int.max`.
extension Sequence<AddFile> {
  /// Of the data files.
  package var byteCount: Int { reduce(0) { $0.addingClamped($1.size) } }

  /// Rows that a reader sees; nil where a file does not tell.
  package var liveRecords: Int? {
    var sum = 0
    for file in self {
      guard let records = file.liveRecords else { return nil }
      sum = sum.addingClamped(records)
    }
    return sum
  }
}

extension Int {
  func addingClamped(_ other: Int) -> Int {
    let (sum, overflowed) = addingReportingOverflow(other)
    return overflowed ? (other < 0 ? .min : .max) : sum
  }
}
