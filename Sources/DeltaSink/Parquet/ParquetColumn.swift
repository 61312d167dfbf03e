// What a Parquet file's columns are, for the one who writes a file and for the one who reads it.

public import CDCCore

/// One column of a Parquet file, or one field inside a nested column.
public struct ParquetColumn: Sendable, Hashable {
  public var name: String
  public var type: ColumnType
  public var isNullable: Bool
  /// The `field_id` of the schema element: what Delta's column mapping and Iceberg match columns by.
  public var fieldID: Int32?
  /// Names, nullability and field ids below a nested type: a list's `element`; a map's `key` and `value`;
  /// a struct's fields. Empty for a scalar type.
  public var children: [ParquetColumn]

  /// - Parameter children: left empty, they follow from `type`, without field ids.
  public init(
    name: String, type: ColumnType, isNullable: Bool = true, fieldID: Int32? = nil,
    children: [ParquetColumn] = []
  ) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.fieldID = fieldID
    self.children = children.isEmpty ? Self.children(of: type) : children
  }

  public init(_ column: ColumnSchema, fieldID: Int32? = nil) {
    self.init(name: column.name, type: column.type, isNullable: column.isNullable, fieldID: fieldID)
  }

  private static func children(of type: ColumnType) -> [ParquetColumn] {
    switch type {
    case .list(let element): [ParquetColumn(name: "element", type: element)]
    case .map(let key, let value):
      [
        ParquetColumn(name: "key", type: key, isNullable: false),
        ParquetColumn(name: "value", type: value),
      ]
    case .structure(let fields): fields.map { ParquetColumn($0) }
    default: []
    }
  }
}
