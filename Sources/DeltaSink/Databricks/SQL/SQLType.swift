import CDCCore

/// Column types as Databricks SQL writes them.
extension ColumnType {
  var sqlName: String {
    switch self {
    case .boolean: "BOOLEAN"
    case .short: "SMALLINT"
    case .int: "INT"
    case .long: "BIGINT"
    case .float: "FLOAT"
    case .double: "DOUBLE"
    case .decimal(let precision, let scale): "DECIMAL(\(precision),\(scale))"
    case .string: "STRING"
    case .variant: "VARIANT"
    case .binary: "BINARY"
    case .date: "DATE"
    case .timestamp: "TIMESTAMP"
    case .timestampNTZ: "TIMESTAMP_NTZ"
    case .list(let element): "ARRAY<\(element.sqlName)>"
    case .map(let key, let value): "MAP<\(key.sqlName), \(value.sqlName)>"
    case .structure(let fields):
      "STRUCT<" + fields.map { "\(SQLText.name($0.name)): \($0.type.sqlName)" }.joined(separator: ", ") + ">"
    }
  }

  /// As staged files have it: a VARIANT travels as the text that it is made of.
  var stagedSQLName: String { self == .variant ? ColumnType.string.sqlName : sqlName }

  /// What a table must be given before a column of the type can be added to it; a table that is made with one has it by itself.
  /// Source: Databricks' documentation, "TIMESTAMP_NTZ type", "Variant type support".
  var tableFeature: String? {
    switch self {
    case .variant: "variantType-preview"
    case .timestampNTZ: "timestampNtz"
    case .list(let element): element.tableFeature
    case .map(let key, let value): key.tableFeature ?? value.tableFeature
    case .structure(let fields): fields.lazy.compactMap(\.type.tableFeature).first
    default: nil
    }
  }

  /// What `CLUSTER BY` takes: types whose minimum and maximum Delta keeps.
  var isClusterable: Bool {
    switch self {
    case .boolean, .binary, .variant, .list, .map, .structure: false
    default: true
    }
  }
}
