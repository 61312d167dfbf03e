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
