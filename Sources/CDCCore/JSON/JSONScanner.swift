/// Reads the tokens of a JSON text (RFC 8259), one after the other, in memory that follows its depth.
struct JSONScanner {
  enum Token: Equatable {
    case beginObject, endObject, beginArray, endArray
    /// Places in `bytes`, without the quotes.
    case key(Range<Int>)
    case string(Range<Int>)
    case number(Range<Int>)
    /// The first letter of `true`, `false` or `null`.
    case literal(UInt8)
  }

  /// The text is no JSON.
  struct Malformed: Error {}

  private enum Expected { case value, valueOrEnd, key, keyOrEnd, separator }

  let bytes: ArraySlice<UInt8>
  private var offset: Int
  private var expected = Expected.value
  /// Of the containers that are open: whether each is an object.
  private var open: [Bool] = []

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    offset = bytes.startIndex
  }

  /// How many containers are open.
  var depth: Int { open.count }

  /// Nil at the end.
  mutating func next() throws(Malformed) -> Token? {
    skipSpace()
    guard offset < bytes.endIndex else {
      guard open.isEmpty, expected == .separator else { throw Malformed() }
      return nil
    }
    let byte = bytes[offset]
    switch expected {
    case .separator: return try separator(byte)
    case .key: return try key()
    case .keyOrEnd where byte == UInt8(ascii: "}"): return close(.endObject)
    case .keyOrEnd: return try key()
    case .valueOrEnd where byte == UInt8(ascii: "]"): return close(.endArray)
    case .value, .valueOrEnd: return try value(byte)
    }
  }

  private mutating func separator(_ byte: UInt8) throws(Malformed) -> Token? {
    guard let isObject = open.last else { throw Malformed() }
    switch byte {
    case UInt8(ascii: ","):
      offset += 1
      expected = isObject ? .key : .value
      return try next()
    case UInt8(ascii: "}") where isObject: return close(.endObject)
    case UInt8(ascii: "]") where !isObject: return close(.endArray)
    default: throw Malformed()
    }
  }

  private mutating func close(_ token: Token) -> Token {
    offset += 1
    open.removeLast()
    expected = .separator
    return token
  }

  private mutating func key() throws(Malformed) -> Token {
    let range = try string()
    skipSpace()
    try take(UInt8(ascii: ":"))
    expected = .value
    return .key(range)
  }

  private mutating func value(_ byte: UInt8) throws(Malformed) -> Token {
    expected = .separator
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let isObject = byte == UInt8(ascii: "{")
      offset += 1
      open.append(isObject)
      expected = isObject ? .keyOrEnd : .valueOrEnd
      return isObject ? .beginObject : .beginArray
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true")
    case UInt8(ascii: "f"): return try literal("false")
    case UInt8(ascii: "n"): return try literal("null")
    default: return .number(try number())
    }
  }

  private mutating func literal(_ word: StaticString) throws(Malformed) -> Token {
    let first = bytes[offset]
    for index in 0..<word.utf8CodeUnitCount { try take(unsafe word.utf8Start[index]) }
    return .literal(first)
  }

  /// Up to the closing quote; escapes are not looked at.
  private mutating func string() throws(Malformed) -> Range<Int> {
    try take(UInt8(ascii: "\""))
    let start = offset
    while offset < bytes.endIndex {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        offset += 1
        return start..<(offset - 1)
      case UInt8(ascii: "\\"): offset += 2
      case 0..<32: throw Malformed()
      default: offset += 1
      }
    }
    throw Malformed()
  }

  private mutating func number() throws(Malformed) -> Range<Int> {
    let start = offset
    if peek == UInt8(ascii: "-") { offset += 1 }
    if peek == UInt8(ascii: "0") { offset += 1 } else { try digits() }
    if peek == UInt8(ascii: ".") {
      offset += 1
      try digits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      offset += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { offset += 1 }
      try digits()
    }
    return start..<offset
  }

  private mutating func digits() throws(Malformed) {
    let start = offset
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    if offset == start { throw Malformed() }
  }

  private var peek: UInt8? { offset < bytes.endIndex ? bytes[offset] : nil }

  private mutating func take(_ byte: UInt8) throws(Malformed) {
    guard peek == byte else { throw Malformed() }
    offset += 1
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 32 || byte == 10 || byte == 13 || byte == 9 { offset += 1 }
  }
}
