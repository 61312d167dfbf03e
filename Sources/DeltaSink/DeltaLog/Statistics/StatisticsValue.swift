import CDCCore

/// One bound between its value and its JSON. Booleans, binary, lists and maps have no bounds, as in Spark.
enum StatisticsValue {
  static func json(_ value: Value, _ type: DeltaType, isUpper: Bool) -> JSONValue? {
    guard case .primitive(let name) = type else { return nil }
    switch (name, value) {
    case ("byte", .integer(let value)), ("short", .integer(let value)), ("integer", .integer(let value)),
      ("long", .integer(let value)):
      return .number(String(value))
    case ("date", .integer(let value)):
      return Int(exactly: value).flatMap(CivilTime.date).map(JSONValue.string)
    case ("timestamp", .integer(let value)): return timestamp(value, zone: "Z")
    case ("timestamp_ntz", .integer(let value)): return timestamp(value, zone: "")
    case ("float", .float(let value)):
      // All digits of the value itself: its shortest text may lie on the wrong side of it for a reader of
      // doubles.
      return value.isFinite ? .number(Double(value).description) : nil
    case ("double", .double(let value)): return value.isFinite ? .number(value.description) : nil
    case ("string", .bytes(let utf8)):
      return (isUpper ? StringBound.upper(utf8) : StringBound.lower(utf8)).map(JSONValue.string)
    case (_, .integer(let value)):
      return decimalScale(name).map { .number(DecimalText.format(value, scale: $0)) }
    default: return nil
    }
  }

  private static func timestamp(_ value: Int128, zone: String) -> JSONValue? {
    Int64(exactly: value).flatMap { CivilTime.timestamp($0, zone: zone) }.map(JSONValue.string)
  }

  static func parse(_ json: JSONValue, _ type: DeltaType, isUpper: Bool) -> Value? {
    guard case .primitive(let name) = type else { return nil }
    switch (name, json) {
    case ("byte", .number(let text)), ("short", .number(let text)), ("integer", .number(let text)),
      ("long", .number(let text)):
      return Int64(text).map { .integer(Int128($0)) }
    case ("date", .string(let text)): return CivilTime.parseDate(text[...]).map { .integer(Int128($0)) }
    case ("timestamp", .string(let text)), ("timestamp_ntz", .string(let text)):
      // Spark cuts at milliseconds: the greatest value may be up to 999 µs later.
      guard let value = CivilTime.parseTimestamp(text) else { return nil }
      return .integer(Int128(isUpper && value % 1000 == 0 ? value + 999 : value))
    case ("float", .number(let text)): return Float(text).map(Value.float)
    case ("double", .number(let text)): return Double(text).map(Value.double)
    case ("string", .string(let text)): return .bytes(Array(text.utf8))
    case (_, .number(let text)), (_, .string(let text)):
      return decimalScale(name).flatMap { DecimalText.parse(text, scale: $0) }.map(Value.integer)
    default: return nil
    }
  }

  private static func decimalScale(_ name: String) -> Int? {
    guard name.hasPrefix("decimal(") else { return nil }
    return name.dropLast().split(separator: ",").last.flatMap { Int($0.drop { $0 == " " }) }
  }
}
