/// One column of a table, or one field of a struct.
public struct ColumnSchema: Sendable, Hashable {
  public var name: String
  public var type: ColumnType
  public var isNullable: Bool
  /// The source's own name of the type, `numeric(12,2)`, for messages and for `_cdc_schema`.
  public var sourceType: String
  public var comment: String?
  /// What the source knows the column by whatever it is called (PostgreSQL: attnum); nil where that is not known. A column
  /// that has another name than before under the same number was renamed.
  public var number: Int?

  public init(
    name: String, type: ColumnType, isNullable: Bool = true, sourceType: String = "",
    comment: String? = nil, number: Int? = nil
  ) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.sourceType = sourceType
    self.comment = comment
    self.number = number
  }
}

/// A table's shape at one point of the log: its columns in order, and which of them are its key.
public struct TableSchema: Sendable, Hashable {
  public var name: TableName
  public var columns: [ColumnSchema]
  /// Positions in `columns`, in the key's own order. Empty: the table has no key and can only be appended.
  public var key: [Int]
  public var comment: String?
  /// What the source tells this very table, and whether its rows were rewritten without a change in the log, by; in the
  /// source's own words. A destination keeps it beside the shape and gives it back in `HeldTable`.
  public var mark: String?

  public init(
    name: TableName, columns: [ColumnSchema], key: [Int] = [], comment: String? = nil, mark: String? = nil
  ) {
    self.name = name
    self.columns = columns
    self.key = key
    self.comment = comment
    self.mark = mark
  }

  public var hasKey: Bool { !key.isEmpty }
  public var keyColumns: [ColumnSchema] { key.map { columns[$0] } }
}
