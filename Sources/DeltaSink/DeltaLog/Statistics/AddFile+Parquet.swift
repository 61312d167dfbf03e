/// From a finished Parquet file to the action that puts it into the table.
extension AddFile {
  /// - Parameters:
  ///   - path: relative to the table.
  ///   - schema: the one whose `parquetColumns` the file was written with.
  ///   - time: milliseconds since 1970-01-01T00:00:00Z.
  ///   - dataChange: false where the file only gathers rows of files that the same commit removes.
  package init(
    path: String, summary: ParquetFileSummary, schema: DeltaSchema, time: Int64, dataChange: Bool = true
  ) {
    let statistics = FileStatistics(
      numRecords: Int(summary.rowCount), columns: summary.columns.map(ColumnBounds.init))
    self.init(
      path: path, size: Int(summary.byteCount), modificationTime: time, dataChange: dataChange,
      stats: statistics.json(schema))
  }
}

extension ColumnBounds {
  init(_ statistics: ColumnStatistics) {
    self.init(
      min: statistics.min, max: statistics.max, nullCount: Int(statistics.nullCount),
      fields: statistics.fields.map(ColumnBounds.init))
  }
}
