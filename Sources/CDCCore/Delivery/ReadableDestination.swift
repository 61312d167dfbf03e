/// A destination whose tables can be read back: for verification and inspection.
public protocol ReadableDestination: Destination {
  /// The table's shape as the destination has it now; nil where there is no such table.
  func schema(of table: TableName) async throws -> TableSchema?
  /// All rows that the table holds now, in no order; `sink` suspends for backpressure.
  func read(
    _ table: TableName, columns: [String]?,
    sink: @escaping @Sendable (RowBatch) async throws -> Void
  ) async throws
  /// How far the pipeline has brought the table, where it may be ahead of the checkpoint: it has what commits before. Nil where
  /// no table ever is, but by a load of its own, or there is no such table.
  func position(of table: TableName, pipeline: String) async throws -> LSN?
}

extension ReadableDestination {
  public func position(of table: TableName, pipeline: String) async throws -> LSN? { nil }
}
