/// The order of an appended table's changes: `_cdc_lsn`, then `_cdc_sequence`.
struct ChangeOrder: Sendable, Hashable, Comparable {
  var position: UInt64
  var sequence: Int64

  static func < (a: ChangeOrder, b: ChangeOrder) -> Bool {
    (a.position, a.sequence) < (b.position, b.sequence)
  }
}

/// What a row of an appended table says of itself.
struct LoggedChange: Sendable {
  var order: ChangeOrder
  var removesRow: Bool
  var isTruncation: Bool
  /// Names of columns that the change left as they were and that the row does not carry.
  var unchanged: Set<String>

  func follows(_ start: ChangeOrder?) -> Bool { start.map { $0 < order } ?? true }
}

/// Where an appended table keeps what happened to each row, and when.
struct ChangeLogColumns: Sendable {
  private let operation: Int
  private let position: Int
  private let sequence: Int
  private let unchanged: Int?

  /// Nil where the table is none that changes are appended to.
  init?(_ schema: TableSchema) {
    func place(_ name: String) -> Int? { schema.columns.firstIndex { $0.name == name } }
    guard let operation = place("_cdc_op"), let position = place("_cdc_lsn"),
      let sequence = place("_cdc_sequence")
    else { return nil }
    self.operation = operation
    self.position = position
    self.sequence = sequence
    unchanged = place("_cdc_unchanged")
  }

  /// One a row.
  func changes(_ batch: RowBatch) -> [LoggedChange] {
    (0..<batch.rowCount).map { row in
      let code = Self.text(batch.columns[operation], row)
      let order = ChangeOrder(
        position: UInt64(bitPattern: Self.number(batch.columns[position], row)),
        sequence: Self.number(batch.columns[sequence], row))
      let names = unchanged.map { Self.text(batch.columns[$0], row) } ?? ""
      return LoggedChange(
        order: order, removesRow: code == "d" || code == "t", isTruncation: code == "t",
        unchanged: Set(NameList.names(names)))
    }
  }

  private static func text(_ column: ColumnVector, _ row: Int) -> String {
    guard case .bytes(let strings) = column.values, !column.isNull(row) else { return "" }
    return String(decoding: strings[row], as: UTF8.self)
  }

  private static func number(_ column: ColumnVector, _ row: Int) -> Int64 {
    guard case .int64(let numbers) = column.values else { return 0 }
    return numbers[row]
  }
}
