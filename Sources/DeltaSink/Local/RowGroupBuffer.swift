import CDCCore

/// Gathers small runs of rows into row groups of a useful size.
struct RowGroupBuffer {
  private let types: [ColumnType]
  private var parts: [[ColumnVector]]
  private var rowCount = 0
  private var byteCount = 0

  private static let rowLimit = 122_880
  private static let byteLimit = 16 << 20

  init(_ shape: TableShape) {
    types = shape.types
    parts = types.map { _ in [] }
  }

  mutating func write(_ columns: [ColumnVector], rowCount count: Int, to writer: TableFileWriter) throws {
    for (index, column) in columns.enumerated() {
      parts[index].append(column)
      byteCount += column.byteCount
    }
    rowCount += count
    if rowCount >= Self.rowLimit || byteCount >= Self.byteLimit { try flush(to: writer) }
  }

  mutating func flush(to writer: TableFileWriter) throws {
    guard rowCount > 0 else { return }
    let columns = zip(parts, types).map { ColumnVector(concatenating: $0, of: $1) }
    try writer.write(columns, rowCount: rowCount)
    parts = types.map { _ in [] }
    rowCount = 0
    byteCount = 0
  }
}
