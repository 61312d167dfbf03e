/// The shapes that recur in the log: optional values, string maps, string lists, whole trees, and values to
/// skip.
extension JSONReader {
  /// Nil where the value is `null`.
  mutating func nullable<T>(_ read: (inout JSONReader) throws -> T) throws -> T? {
    if try null() { return nil }
    return try read(&self)
  }

  mutating func optionalString() throws -> String? { try nullable { try $0.string() } }
  mutating func optionalInt64() throws -> Int64? { try nullable { try $0.int64() } }
  mutating func optionalBoolean() throws -> Bool? { try nullable { try $0.boolean() } }

  mutating func int() throws -> Int {
    guard let value = Int(exactly: try int64()) else { throw malformed("an integer out of range") }
    return value
  }

  mutating func optionalInt() throws -> Int? { try nullable { try $0.int() } }

  /// Map[String, String] of the protocol; `null` values are kept (partition values have them).
  mutating func optionalStringMap() throws -> [String: String?]? {
    try nullable { reader in
      var map: [String: String?] = [:]
      try reader.object { reader, name in map[name] = .some(try reader.optionalString()) }
      return map
    }
  }

  mutating func optionalStrings() throws -> [String]? {
    try nullable { reader in
      var strings: [String] = []
      try reader.array { strings.append(try $0.string()) }
      return strings
    }
  }

  mutating func value() throws -> JSONValue {
    switch peek() {
    case UInt8(ascii: "{"):
      var fields: [JSONValue.Field] = []
      try object { reader, name in fields.append(.init(name: name, value: try reader.value())) }
      return .object(fields)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try array { elements.append(try $0.value()) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean(try boolean())
    case UInt8(ascii: "n"): return try null() ? .null : .null
    default: return .number(try number())
    }
  }

  /// Consumes a value that nobody asks for; it must be well formed nevertheless.
  mutating func skipValue() throws {
    switch peek() {
    case UInt8(ascii: "{"): try object { reader, _ in try reader.skipValue() }
    case UInt8(ascii: "["): try array { try $0.skipValue() }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try boolean()
    case UInt8(ascii: "n"): _ = try null()
    default: _ = try number()
    }
  }
}
