/// The type of a column as it travels: what Delta calls it, not what PostgreSQL calls it.
///
/// The physical form of a value in memory is given beside each case; see `ColumnVector.Values`.
public indirect enum ColumnType: Sendable, Hashable {
  /// `[Bool]`
  case boolean
  /// `[Int32]`, within Int16
  case short
  /// `[Int32]`
  case int
  /// `[Int64]`
  case long
  /// `[Float]`
  case float
  /// `[Double]`
  case double
  /// The unscaled value: `[Int64]` where precision ≤ 18, `[Int128]` up to 38.
  case decimal(precision: Int, scale: Int)
  /// UTF-8 `ByteStrings`
  case string
  /// A JSON text, as UTF-8 `ByteStrings`, that its destination keeps as a VARIANT: by what it means, not as it was written.
  case variant
  /// `ByteStrings`
  case binary
  /// Days since 1970-01-01, `[Int32]`
  case date
  /// Microseconds since 1970-01-01T00:00:00Z, `[Int64]`
  case timestamp
  /// Microseconds since 1970-01-01T00:00:00 on the wall clock, `[Int64]`
  case timestampNTZ
  /// Elements may be null.
  case list(ColumnType)
  /// Keys are never null, values may be.
  case map(key: ColumnType, value: ColumnType)
  case structure([ColumnSchema])
}

extension ColumnType: CustomStringConvertible {
  /// Delta's (and Spark's) spelling: `decimal(12,2)`, `array<int>`, `timestamp_ntz`.
  public var description: String {
    switch self {
    case .boolean: "boolean"
    case .short: "short"
    case .int: "integer"
    case .long: "long"
    case .float: "float"
    case .double: "double"
    case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
    case .string: "string"
    case .variant: "variant"
    case .binary: "binary"
    case .date: "date"
    case .timestamp: "timestamp"
    case .timestampNTZ: "timestamp_ntz"
    case .list(let element): "array<\(element)>"
    case .map(let key, let value): "map<\(key),\(value)>"
    case .structure(let fields):
      "struct<" + fields.map { "\($0.name):\($0.type)" }.joined(separator: ",") + ">"
    }
  }
}
