/// A destination whose tables can be read back: for verification and inspection.
public protocol ReadableDestination: Destination {
  /// The table's shape as the destination has it now; nil where there is no such table.
  func schema(of table: TableName) async throws -> TableSchema?
  /// All rows that the table holds now, in no order; `sink` suspends for backpressure.
  func read(
    _ table: TableName, columns: [String]?,
    sink: @escaping @Sendable (RowBatch) async throws -> Void
  ) async throws
}
