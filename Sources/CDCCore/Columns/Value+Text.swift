extension Value {
  /// For people: numbers with their decimal places, dates and times in ISO 8601, binary in hexadecimal, null as `null`.
  ///
  /// - Parameter type: the column's.
  public func text(as type: ColumnType) -> String {
    switch (self, type) {
    case (.null, _): "null"
    case (.boolean(let value), _): value ? "true" : "false"
    case (.integer(let value), .decimal(_, let scale)): DecimalText.format(value, scale: scale)
    case (.integer(let value), .date): Self.dateText(value)
    case (.integer(let value), .timestamp): Self.timestampText(value) + "Z"
    case (.integer(let value), .timestampNTZ): Self.timestampText(value)
    case (.integer(let value), _): "\(value)"
    case (.float(let value), _): "\(value)"
    case (.double(let value), _): "\(value)"
    case (.bytes(let bytes), .binary): "\\x" + bytes.map(Self.hex).joined()
    case (.bytes(let bytes), _): String(decoding: bytes, as: UTF8.self)
    case (.list(let values), .list(let element)):
      "[" + values.map { $0.text(as: element) }.joined(separator: ", ") + "]"
    case (.map(let keys, let values), .map(let key, let value)):
      "{" + zip(keys, values).map { "\($0.text(as: key)): \($1.text(as: value))" }.joined(separator: ", ")
        + "}"
    case (.structure(let values), .structure(let fields)):
      "{" + zip(fields, values).map { "\($0.name): \($1.text(as: $0.type))" }.joined(separator: ", ") + "}"
    case (.list, _), (.map, _), (.structure, _): "…"
    }
  }

  private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

  private static func timestampText(_ microseconds: Int128) -> String {
    let day: Int128 = 86_400_000_000
    let days = microseconds >= 0 ? microseconds / day : (microseconds - day + 1) / day
    let time = microseconds - days * day
    let seconds = time / 1_000_000
    let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, width: 2) }.joined(
      separator: ":")
    let fraction = time % 1_000_000
    return "\(dateText(days))T\(clock)" + (fraction == 0 ? "" : "." + padded(fraction, width: 6))
  }

  private static func dateText(_ days: Int128) -> String {
    let date = CalendarDate(daysSince1970: Int(Int32(clamping: days)))
    return [(date.year, 4), (date.month, 2), (date.day, 2)].map { padded(Int128($0), width: $1) }.joined(
      separator: "-")
  }

  private static func padded(_ number: Int128, width: Int) -> String {
    let digits = String(number.magnitude)
    return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
