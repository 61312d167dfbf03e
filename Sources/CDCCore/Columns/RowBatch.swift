/// Rows of one table, column by column.
public struct RowBatch: Sendable {
  public let table: TableSchema
  public let rowCount: Int
  /// One for each of `table.columns`, in that order, each of `rowCount` rows.
  public let columns: [ColumnVector]

  public init(table: TableSchema, rowCount: Int, columns: [ColumnVector]) {
    self.table = table
    self.rowCount = rowCount
    self.columns = columns
  }

  /// What the rows take in memory, in bytes.
  public var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }

  /// The rows named, in the order named.
  public func gather(_ rows: [Int32]) -> RowBatch {
    RowBatch(table: table, rowCount: rows.count, columns: columns.map { $0.gather(rows) })
  }
}
