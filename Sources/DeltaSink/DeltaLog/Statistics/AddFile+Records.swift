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
    return records
  }

  /// Rows that a reader sees.
  package var liveRecords: Int? { numRecords.map { $0 - (deletionVector?.cardinality ?? 0) } }
}
