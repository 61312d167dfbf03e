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

  /// What `CLUSTER BY` takes: types whose minimum and maximum Delta keeps.
  var isClusterable: Bool {
    switch self {
    case .boolean, .binary, .list, .map, .structure: false
    default: true
    }
  }
}
