import CDCCore

/// Values as literals: exact for any key; plain ones, that files can be skipped by, where SQL has them.
enum KeyLiteral {
  /// An expression of exactly this value and type.
  static func exact(_ value: Value, _ type: ColumnType) -> String {
    switch (value, type) {
    case (.boolean(let value), _): value ? "true" : "false"
    case (.integer(let number), .date): "date_add(DATE'1970-01-01', \(number))"
    case (.integer(let number), .timestamp): "timestamp_micros(\(number))"
    case (.integer(let number), .timestampNTZ): ntz(Int64(clamping: number))
    case (.integer, .decimal): "CAST(\(value.text(as: type))BD AS \(type.sqlName))"
    case (.integer(let number), _): "CAST(\(number) AS \(type.sqlName))"
    case (.float(let number), _): "CAST('\(number)' AS FLOAT)"
    case (.double(let number), _): "CAST('\(number)' AS DOUBLE)"
    case (.bytes(let bytes), .binary): "X'\(hex(bytes))'"
    case (.bytes(let bytes), _): SQLText.string(String(decoding: bytes, as: UTF8.self))
    default: "CAST(NULL AS \(type.sqlName))"
    }
  }

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

  /// Wall-clock time has no function from microseconds: days, and what is left of the last one.
  private static func ntz(_ microseconds: Int64) -> String {
    let day: Int64 = 86_400_000_000
    let days = microseconds >= 0 ? microseconds / day : (microseconds - day + 1) / day
    let rest = microseconds - days * day
    let seconds = rest / 1_000_000
    let fraction = String(rest % 1_000_000 + 1_000_000).dropFirst()
    return "CAST(date_add(DATE'1970-01-01', \(days)) AS TIMESTAMP_NTZ)"
      + " + INTERVAL '\(seconds / 3600):\(seconds / 60 % 60):\(seconds % 60).\(fraction)' HOUR TO SECOND"
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
  }
}
