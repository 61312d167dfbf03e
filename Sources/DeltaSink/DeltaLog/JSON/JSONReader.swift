/// A strict pull parser for the JSON of a Delta log: the caller asks for what it expects, so that no tree is
/// built for the thousands of actions of a commit. RFC 8259; numbers stay exact; nesting is limited.
struct JSONReader {
  static let maximumDepth = 100

  let bytes: [UInt8]
  private(set) var position = 0
  private var depth = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  struct Malformed: Error, CustomStringConvertible {
    let description: String
  }

  func malformed(_ what: String) -> Malformed {
    Malformed(description: "malformed JSON at byte \(position): \(what)")
  }

  /// True where nothing but white space is left.
  mutating func isAtEnd() -> Bool {
    skipSpace()
    return position == bytes.count
  }

  mutating func requireEnd() throws {
    guard isAtEnd() else { throw malformed("text after the value") }
  }

  // MARK: Containers

  /// Calls `field` with each name; it must consume exactly the value.
  mutating func object(_ field: (inout JSONReader, String) throws -> Void) throws {
    try enter(UInt8(ascii: "{"))
    defer { depth -= 1 }
    if skip(UInt8(ascii: "}")) { return }
    repeat {
      let name = try string()
      try expect(UInt8(ascii: ":"))
      try field(&self, name)
    } while skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  /// Calls `element` before each element; it must consume exactly the value.
  mutating func array(_ element: (inout JSONReader) throws -> Void) throws {
    try enter(UInt8(ascii: "["))
    defer { depth -= 1 }
    if skip(UInt8(ascii: "]")) { return }
    repeat { try element(&self) } while skip(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
  }

  private mutating func enter(_ bracket: UInt8) throws {
    guard depth < Self.maximumDepth else { throw malformed("nested too deeply") }
    try expect(bracket)
    depth += 1
  }

  // MARK: Scalars

  /// Consumes a `null`; false leaves the position.
  mutating func null() throws -> Bool {
    guard peek() == UInt8(ascii: "n") else { return false }
    try literal("null")
    return true
  }

  mutating func boolean() throws -> Bool {
    switch peek() {
    case UInt8(ascii: "t"):
      try literal("true")
      return true
    case UInt8(ascii: "f"):
      try literal("false")
      return false
    default: throw malformed("expected true or false")
    }
  }

  mutating func int64() throws -> Int64 {
    guard let value = Int64(try number()) else { throw malformed("expected a 64-bit integer") }
    return value
  }

  /// The number's own text.
  mutating func number() throws -> String {
    skipSpace()
    let start = position
    if current == UInt8(ascii: "-") { position += 1 }
    let integer = digits()
    guard integer > 0, integer == 1 || bytes[position - integer] != UInt8(ascii: "0") else {
      throw malformed("expected a number")
    }
    if current == UInt8(ascii: ".") {
      position += 1
      guard digits() > 0 else { throw malformed("a number ends with its point") }
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      guard digits() > 0 else { throw malformed("a number has an empty exponent") }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = current, byte >= 0x30, byte <= 0x39 { position += 1 }
    return position - start
  }

  private mutating func literal(_ word: String) throws {
    for byte in word.utf8 {
      guard current == byte else { throw malformed("expected \(word)") }
      position += 1
    }
  }

  // MARK: Bytes

  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The first byte of the next token.
  mutating func peek() -> UInt8? {
    skipSpace()
    return current
  }

  mutating func advance(by count: Int) { position += count }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  mutating func expect(_ byte: UInt8) throws {
    guard skip(byte) else { throw malformed("expected '\(Character(UnicodeScalar(byte)))'") }
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }
}
