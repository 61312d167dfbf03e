/// How the values of one column are read from the wire and kept in memory.
package struct ValueFormat: Hashable, Sendable {
  package var kind: Kind
  /// Of `decimal64` and `decimal128`: digits in all, and digits after the point.
  package var precision: Int
  package var scale: Int
  /// Of `array`: its element's format, and the character between elements in text.
  package var elements: [ValueFormat]
  package var delimiter: UInt8

  /// One case a decoder; PostgreSQL's name of the type where it has one.
  package enum Kind: UInt8, Hashable, Sendable {
    case bool, int2, int4, int8, oid, float4, float8
    /// A hint widens the type.
    case int2AsInt64, int4AsInt64, float4AsDouble
    case decimal64, decimal128, numericText
    /// Text and every type whose send function writes its text: varchar, json, xml, enums …
    case text
    /// Only the text form is known here: the server is asked for it.
    case opaque
    /// The one-byte type `"char"`.
    case char
    case jsonb, uuid, bytea
    case date, timestamp, timestamptz, time, timetz, interval
    case inet, macaddr, macaddr8, bit, pgLSN
    case array
  }

  package init(
    _ kind: Kind, precision: Int = 0, scale: Int = 0, elements: [ValueFormat] = [],
    delimiter: UInt8 = UInt8(ascii: ",")
  ) {
    self.kind = kind
    self.precision = precision
    self.scale = scale
    self.elements = elements
    self.delimiter = delimiter
  }

  /// A decimal of these digits; nil where Delta has none so wide.
  package static func decimal(precision: Int, scale: Int) -> ValueFormat? {
    guard (1...38).contains(precision), (0...precision).contains(scale) else { return nil }
    return ValueFormat(
      precision <= 18 ? .decimal64 : .decimal128, precision: precision, scale: scale)
  }

  package static func array(of element: ValueFormat, delimiter: UInt8 = UInt8(ascii: ","))
    -> ValueFormat
  { ValueFormat(.array, elements: [element], delimiter: delimiter) }

  /// Whether the type's binary form is understood; if not, the server must send text.
  package var hasBinaryForm: Bool {
    switch kind {
    case .opaque: false
    case .array: elements.allSatisfy(\.hasBinaryForm)
    default: true
    }
  }
}

extension ValueFormat.Kind {
  /// The array that holds the values.
  package enum Storage: Hashable, Sendable {
    case boolean, int32, int64, int128, float, double, bytes, list
  }

  @inline(__always)
  package var storage: Storage {
    switch self {
    case .bool: .boolean
    case .int2, .int4, .date: .int32
    case .int8, .oid, .int2AsInt64, .int4AsInt64, .decimal64, .timestamp, .timestamptz: .int64
    case .decimal128: .int128
    case .float4: .float
    case .float8, .float4AsDouble: .double
    case .array: .list
    case .numericText, .text, .opaque, .char, .jsonb, .uuid, .bytea, .time, .timetz, .interval,
      .inet, .macaddr, .macaddr8, .bit, .pgLSN:
      .bytes
    }
  }
}
