import CDCCore

/// Values of keys as literals that files can be skipped by.
enum KeyLiteral {
  /// A literal, for a bound; nil where the value has none, or a very long one.
  static func bound(_ value: Value, _ type: ColumnType) -> String? {
    switch (value, type) {
    case (.integer(let number), .short), (.integer(let number), .int): "\(number)"
    case (.integer(let number), .long): Int64(exactly: number).map { "\($0)L" }
    case (.integer, .decimal): value.text(as: type) + "BD"
    case (.integer(let number), .date): CivilTime.date(Int(clamping: number)).map { "DATE'\($0)'" }
    case (.integer(let number), .timestamp):
      CivilTime.timestamp(Int64(clamping: number), zone: "Z").map { "TIMESTAMP'\($0)'" }
    case (.integer(let number), .timestampNTZ):
      CivilTime.timestamp(Int64(clamping: number), zone: "").map { "TIMESTAMP_NTZ'\($0)'" }
    case (.bytes(let bytes), .string):
      bytes.count <= 128 ? String(validating: bytes, as: UTF8.self).map(SQLText.string) : nil
    default: nil
    }
  }
}
