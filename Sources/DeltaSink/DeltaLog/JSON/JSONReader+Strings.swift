/// JSON strings: a run without escapes, which nearly all are, is validated and copied once.
extension JSONReader {
  mutating func string() throws -> String {
    try expect(UInt8(ascii: "\""))
    let start = position
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        let run = bytes[start..<position]
        advance(by: 1)
        return try validated(run)
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case 0..<0x20: throw malformed("a control character in a string")
      default: advance(by: 1)
      }
    }
    throw malformed("a string without end")
  }

  private func validated(_ utf8: some Collection<UInt8>) throws -> String {
    guard let string = String(validating: utf8, as: UTF8.self) else {
      throw malformed("a string that is not UTF-8")
    }
    return string
  }

  /// Statistics are JSON within a JSON string, so escapes are many: what lies between two is copied at once.
  private mutating func escapedString(from start: Int) throws -> String {
    var text = Array(bytes[start..<position])
    var run = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        text.append(contentsOf: bytes[run..<position])
        advance(by: 1)
        return try validated(text)
      case UInt8(ascii: "\\"):
        text.append(contentsOf: bytes[run..<position])
        advance(by: 1)
        try appendEscape(to: &text)
        run = position
      case 0..<0x20: throw malformed("a control character in a string")
      default: advance(by: 1)
      }
    }
    throw malformed("a string without end")
  }

  private mutating func appendEscape(to text: inout [UInt8]) throws {
    guard let kind = current else { throw malformed("a string without end") }
    advance(by: 1)
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(kind)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try unicodeEscape())).utf8)
    default: throw malformed("an unknown escape")
    }
  }

  /// The scalar after `\u`; a surrogate pair is two escapes.
  private mutating func unicodeEscape() throws -> Unicode.Scalar {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, current == UInt8(ascii: "\\"), position + 1 < bytes.count,
      bytes[position + 1] == UInt8(ascii: "u")
    else { throw malformed("half a surrogate pair") }
    advance(by: 2)
    let second = try fourHexDigits()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw malformed("half a surrogate pair") }
    return scalar
  }

  private mutating func fourHexDigits() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 0x80 else {
        throw malformed("a \\u escape without four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      advance(by: 1)
    }
    return value
  }
}
