/// How the values of one column are read from the wire and kept in memory.
package struct ValueFormat: Hashable, Sendable {
  package var kind: Kind
  /// Of `decimal64` and `decimal128`: digits in all, and digits after the point.
  package var precision: Int
  package var scale: Int
  /// Of `array`, `vector` and `halfvec`: the element's format; of `composite`: one a field; of `hstore`: key and
  /// value; of `range` and `multirange`: the format of the bounds; of `variant`: that of the JSON's text; of `masked`: that of
  /// the values that come, and that of those that stand in for them.
  package var elements: [ValueFormat]
  /// Of `array`: the character between elements in text.
  package var delimiter: UInt8
  /// Of `composite`: one for each of `elements`.
  package var fields: [Field]
  /// Of `masked`.
  package var mask: Mask?

  /// One case a decoder; PostgreSQL's name of the type where it has one.
  package enum Kind: UInt8, Hashable, Sendable {
    case bool, int2, int4, int8, oid, float4, float8
    /// A hint widens the type.
    case int2AsInt64, int4AsInt64, float4AsDouble
    case decimal64, decimal128, numericText
    /// int8 in its own minor units; a decimal(19, as many places as lc_monetary has).
    case money
    /// Text and every type whose send function writes its text: varchar, json, xml, enums …
    case text
    /// Only the text form is known here: the server is asked for it.
    case opaque
    /// The one-byte type `"char"`.
    case char
    /// A version byte (1) before the text: jsonb, jsonpath, ltree.
    case versionedText
    case uuid, bytea
    /// PostGIS: the binary form is EWKB, the text form that in hexadecimal.
    case ewkb
    case date, timestamp, timestamptz, time, timetz, interval
    case inet, macaddr, macaddr8, bit, pgLSN
    /// xid, cid, xid8
    case unsigned
    case snapshot, tsvector, range, multirange
    case array
    /// pgvector's: arrays of floats in forms of their own.
    case vector, halfvec
    case composite, hstore
    /// json or jsonb, which its column keeps by what it means.
    case variant
    /// Of any type: other values take their place.
    case masked
    /// Of any type, of which the table takes nulls alone.
    case unwanted
  }

  /// An attribute of a composite type.
  package struct Field: Hashable, Sendable {
    package var name: String
    /// As the catalog has it: of a domain the domain's own.
    package var type: UInt32
    /// PostgreSQL's name of the type, with its modifier.
    package var typeName: String
  }

  package init(
    _ kind: Kind, precision: Int = 0, scale: Int = 0, elements: [ValueFormat] = [],
    delimiter: UInt8 = UInt8(ascii: ","), fields: [Field] = []
  ) {
    self.kind = kind
    self.precision = precision
    self.scale = scale
    self.elements = elements
    self.delimiter = delimiter
    self.fields = fields
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
    case .array, .composite, .unwanted: elements.allSatisfy(\.hasBinaryForm)
    case .masked: hasBinaryFormMasked
    default: true
    }
  }
}

extension ValueFormat.Kind {
  /// The array that holds the values.
  package enum Storage: Hashable, Sendable {
    case boolean, int32, int64, int128, float, double, bytes, list, map, structure
    /// That of the values that stand in.
    case masked
  }

  @inline(__always)
  package var storage: Storage {
    switch self {
    case .bool, .unwanted: .boolean
    case .int2, .int4, .date: .int32
    case .int8, .oid, .int2AsInt64, .int4AsInt64, .decimal64, .timestamp, .timestamptz: .int64
    case .decimal128, .money: .int128
    case .float4: .float
    case .float8, .float4AsDouble: .double
    case .array, .vector, .halfvec: .list
    case .hstore: .map
    case .composite: .structure
    case .masked: .masked
    case .numericText, .text, .opaque, .char, .versionedText, .variant, .uuid, .bytea, .ewkb, .time, .timetz,
      .interval, .inet, .macaddr, .macaddr8, .bit, .pgLSN, .unsigned, .snapshot, .tsvector, .range,
      .multirange:
      .bytes
    }
  }
}
