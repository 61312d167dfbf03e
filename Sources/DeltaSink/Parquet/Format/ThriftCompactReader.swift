// Thrift's compact protocol, read: doc/specs/thrift-compact-protocol.md of Apache Thrift.

/// Walks over the fields of structs. Every length is checked against the bytes that are left before it is
/// believed, so that a corrupt length can neither trap nor reserve memory.
struct ThriftCompactReader {
  struct Field {
    let id: Int16
    let type: ThriftType
  }

  private let bytes: [UInt8]
  private(set) var position: Int
  private let end: Int

  /// - Parameter end: where the bytes that may be read end; nil: the whole array.
  init(_ bytes: [UInt8], at position: Int = 0, end: Int? = nil) {
    self.bytes = bytes
    self.end = min(end ?? bytes.count, bytes.count)
    self.position = min(max(position, 0), self.end)
  }

  /// The next field header of the struct whose last field was `previous`; nil at its stop field.
  mutating func nextField(after previous: inout Int16) throws(ParquetFormatError) -> Field? {
    let header = try byte()
    guard let type = ThriftType(rawValue: header & 0x0F) else {
      throw .corrupt("thrift: unknown field type \(header & 0x0F)")
    }
    if type == .stop { return nil }
    let delta = Int16(header >> 4)
    let id: Int16
    if delta == 0 {
      id = Int16(truncatingIfNeeded: try zigzag())
    } else {
      id = previous &+ delta
    }
    previous = id
    return Field(id: id, type: type)
  }

  func boolean(_ field: Field) throws(ParquetFormatError) -> Bool {
    switch field.type {
    case .booleanTrue: return true
    case .booleanFalse: return false
    default: throw mismatch(field)
    }
  }

  mutating func i8(_ field: Field) throws(ParquetFormatError) -> Int8 {
    guard field.type == .i8 else { throw mismatch(field) }
    return Int8(bitPattern: try byte())
  }

  mutating func i32(_ field: Field) throws(ParquetFormatError) -> Int32 {
    guard field.type == .i32 || field.type == .i16 else { throw mismatch(field) }
    return try i32Element()
  }

  mutating func i64(_ field: Field) throws(ParquetFormatError) -> Int64 {
    guard field.type == .i64 || field.type == .i32 else { throw mismatch(field) }
    return try zigzag()
  }

  mutating func binary(_ field: Field) throws(ParquetFormatError) -> [UInt8] {
    guard field.type == .binary else { throw mismatch(field) }
    return try binaryElement()
  }

  mutating func string(_ field: Field) throws(ParquetFormatError) -> String {
    String(decoding: try binary(field), as: UTF8.self)
  }

  /// The number of elements; never more than the bytes left, as every element takes at least one.
  mutating func list(_ field: Field, of type: ThriftType) throws(ParquetFormatError) -> Int {
    guard field.type == .list || field.type == .set else { throw mismatch(field) }
    let (elementType, count) = try listHeader()
    // Some writers say 1 for the element type of booleans, some 2.
    guard count == 0 || elementType == type || (type == .booleanTrue && elementType == .booleanFalse)
    else { throw .corrupt("thrift: field \(field.id) is a list of another type") }
    return count
  }

  mutating func i64List(_ field: Field) throws(ParquetFormatError) -> [Int64] {
    let count = try list(field, of: .i64)
    var values: [Int64] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try zigzag()) }
    return values
  }

  mutating func booleanElement() throws(ParquetFormatError) -> Bool { try byte() == 1 }

  mutating func i32Element() throws(ParquetFormatError) -> Int32 {
    guard let value = Int32(exactly: try zigzag()) else {
      throw .corrupt("thrift: an i32 is out of range")
    }
    return value
  }

  mutating func binaryElement() throws(ParquetFormatError) -> [UInt8] {
    let count = try length()
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// Passes over a field this reader has no use for.
  mutating func skip(_ field: Field, depth: Int = 0) throws(ParquetFormatError) {
    if field.type == .booleanTrue || field.type == .booleanFalse { return }
    try skipValue(field.type, depth: depth)
  }

  private mutating func skipValue(_ type: ThriftType, depth: Int) throws(ParquetFormatError) {
    guard depth < 32 else { throw .corrupt("thrift: structs are nested too deeply") }
    switch type {
    case .stop: throw .corrupt("thrift: a value of type stop")
    case .booleanTrue, .booleanFalse, .i8: _ = try byte()
    case .i16, .i32, .i64: _ = try varint()
    case .double: try advance(8)
    case .uuid: try advance(16)
    case .binary: try advance(try length())
    case .list, .set:
      let (elementType, count) = try listHeader()
      for _ in 0..<count { try skipValue(elementType, depth: depth + 1) }
    case .map:
      let count = try length()
      if count == 0 { return }
      let types = try byte()
      guard let key = ThriftType(rawValue: types >> 4), let value = ThriftType(rawValue: types & 15)
      else { throw .corrupt("thrift: unknown map type") }
      for _ in 0..<count {
        try skipValue(key, depth: depth + 1)
        try skipValue(value, depth: depth + 1)
      }
    case .structure:
      var last: Int16 = 0
      while let field = try nextField(after: &last) { try skip(field, depth: depth + 1) }
    }
  }

  private mutating func listHeader() throws(ParquetFormatError) -> (ThriftType, Int) {
    let header = try byte()
    guard let type = ThriftType(rawValue: header & 0x0F) else {
      throw .corrupt("thrift: unknown list type")
    }
    let short = Int(header >> 4)
    if short < 15 {
      guard short <= end - position else { throw .corrupt("thrift: a list ends too early") }
      return (type, short)
    }
    return (type, try length())
  }

  /// A count of bytes or elements that are still to come.
  private mutating func length() throws(ParquetFormatError) -> Int {
    let value = try varint()
    guard value <= UInt64(end - position) else { throw .corrupt("thrift: a value ends too early") }
    return Int(value)
  }

  private mutating func advance(_ count: Int) throws(ParquetFormatError) {
    guard count <= end - position else { throw .corrupt("thrift: a value ends too early") }
    position += count
  }

  private mutating func byte() throws(ParquetFormatError) -> UInt8 {
    guard position < end else { throw .corrupt("thrift: the bytes end too early") }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func zigzag() throws(ParquetFormatError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  private mutating func varint() throws(ParquetFormatError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return value }
      shift += 7
      guard shift < 64 else { throw .corrupt("thrift: a varint is too long") }
    }
  }

  private func mismatch(_ field: Field) -> ParquetFormatError {
    .corrupt("thrift: field \(field.id) has unexpected type \(field.type.rawValue)")
  }
}
