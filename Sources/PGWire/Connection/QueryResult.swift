/// The rows of a query, every value in PostgreSQL's text form. For catalogs and small answers; tables are read by COPY.
public struct QueryResult: Sendable {
  public var columns: [String]
  /// One array a row, as long as `columns`; nil is null.
  public var rows: [[String?]]
  /// `SELECT 3`, `CREATE TABLE`.
  public var commandTag: String

  /// The value in the first column of the first row.
  public var scalar: String? { rows.first?.first ?? nil }

  public func index(of column: String) -> Int? { columns.firstIndex(of: column) }

  /// The values of a row by column name; nil where the row, the column or the value is not there.
  public subscript(row: Int, column: String) -> String? {
    guard rows.indices.contains(row), let index = index(of: column) else { return nil }
    return rows[row][index]
  }
}
