package import CDCCore

/// What is known of a data file's rows. PROTOCOL.md, "Per-file Statistics".
package struct FileStatistics: Sendable, Hashable {
  /// Rows in the data file, those of its deletion vector included.
  package var numRecords: Int
  /// False where rows were deleted since: the bounds then hold, but need not occur.
  package var tightBounds: Bool
  /// One for each of the schema's fields, in that order.
  package var columns: [ColumnBounds]

  package init(numRecords: Int, tightBounds: Bool = true, columns: [ColumnBounds]) {
    self.numRecords = numRecords
    self.tightBounds = tightBounds
    self.columns = columns
  }
}

/// What a column's values in one file lie between; nil where it is not known.
package struct ColumnBounds: Sendable, Hashable {
  /// No value is smaller.
  package var min: Value?
  /// No value is greater.
  package var max: Value?
  package var nullCount: Int?
  /// A struct's fields, in order; empty for every other type.
  package var fields: [ColumnBounds]

  package init(min: Value? = nil, max: Value? = nil, nullCount: Int? = nil, fields: [ColumnBounds] = []) {
    self.min = min
    self.max = max
    self.nullCount = nullCount
    self.fields = fields
  }

  /// False only where no value of the column can lie between `low` and `high`, both included.
  package func mayOverlap(_ low: Value, _ high: Value) -> Bool {
    if let max, let isBelow = max.isLess(than: low), isBelow { return false }
    if let min, let isAbove = high.isLess(than: min), isAbove { return false }
    return true
  }
}

extension Value {
  /// Nil where the two have no order.
  package func isLess(than other: Value) -> Bool? {
    switch (self, other) {
    case (.integer(let a), .integer(let b)): a < b
    case (.bytes(let a), .bytes(let b)): a.lexicographicallyPrecedes(b)
    case (.float(let a), .float(let b)): a < b
    case (.double(let a), .double(let b)): a < b
    case (.boolean(let a), .boolean(let b)): !a && b
    default: nil
    }
  }
}

extension AddFile {
  /// The statistics that the log has of the file; nil where there are none. Parsed anew by every call.
  ///
  /// - Parameter columns: positions in `schema.fields` to read; the others stay unknown. Nil for all.
  package func statistics(_ schema: DeltaSchema, columns: Set<Int>? = nil) throws -> FileStatistics? {
    guard let stats else { return nil }
    do { return try FileStatistics(json: stats, schema: schema, columns: columns) } catch let error
      as JSONReader.Malformed
    {
      throw DeltaError(
        .corruptLog, "The file's statistics in the log are not JSON as the protocol wants it.", path: path,
        underlying: error)
    }
  }
}
