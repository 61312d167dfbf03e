// Thrift's compact protocol, written: doc/specs/thrift-compact-protocol.md of Apache Thrift.

/// The type nibble of field headers and list headers.
enum ThriftType: UInt8, Sendable {
  case stop = 0
  case booleanTrue = 1
  case booleanFalse = 2
  case i8 = 3
  case i16 = 4
  case i32 = 5
  case i64 = 6
  case double = 7
  case binary = 8
  case list = 9
  case set = 10
  case map = 11
  case structure = 12
  case uuid = 13
}

/// Appends fields of one struct to `bytes`; nested structs and lists take a closure that writes them.
struct ThriftCompactWriter {
  private(set) var bytes: [UInt8] = []
  private var lastFieldID: Int16 = 0

  init() {}

  /// Forgets what was written and keeps the memory.
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    lastFieldID = 0
  }

  mutating func stop() { bytes.append(ThriftType.stop.rawValue) }

  mutating func boolean(_ id: Int16, _ value: Bool) {
    header(id, value ? .booleanTrue : .booleanFalse)
  }

  mutating func i8(_ id: Int16, _ value: Int8) {
    header(id, .i8)
    bytes.append(UInt8(bitPattern: value))
  }

  mutating func i16(_ id: Int16, _ value: Int16) {
    header(id, .i16)
    zigzag(Int64(value))
  }

  mutating func i32(_ id: Int16, _ value: Int32) {
    header(id, .i32)
    zigzag(Int64(value))
  }

  mutating func i64(_ id: Int16, _ value: Int64) {
    header(id, .i64)
    zigzag(value)
  }

  mutating func binary(_ id: Int16, _ value: [UInt8]) {
    header(id, .binary)
    binaryElement(value)
  }

  mutating func string(_ id: Int16, _ value: String) { binary(id, Array(value.utf8)) }

  mutating func structure(_ id: Int16, _ body: (inout Self) -> Void) {
    header(id, .structure)
    structureElement(body)
  }

  mutating func list<Element>(
    _ id: Int16, _ type: ThriftType, _ elements: [Element], _ body: (inout Self, Element) -> Void
  ) {
    header(id, .list)
    if elements.count < 15 {
      bytes.append(UInt8(elements.count) << 4 | type.rawValue)
    } else {
      bytes.append(0xF0 | type.rawValue)
      varint(UInt64(elements.count))
    }
    for element in elements { body(&self, element) }
  }

  mutating func i64List(_ id: Int16, _ values: [Int64]) {
    list(id, .i64, values) { $0.zigzag($1) }
  }

  mutating func booleanElement(_ value: Bool) { bytes.append(value ? 1 : 2) }

  mutating func i32Element(_ value: Int32) { zigzag(Int64(value)) }

  mutating func binaryElement(_ value: [UInt8]) {
    varint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func structureElement(_ body: (inout Self) -> Void) {
    let outer = lastFieldID
    lastFieldID = 0
    body(&self)
    stop()
    lastFieldID = outer
  }

  private mutating func header(_ id: Int16, _ type: ThriftType) {
    let delta = id - lastFieldID
    if delta > 0, delta <= 15 {
      bytes.append(UInt8(delta) << 4 | type.rawValue)
    } else {
      bytes.append(type.rawValue)
      zigzag(Int64(id))
    }
    lastFieldID = id
  }

  private mutating func zigzag(_ value: Int64) {
    varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
