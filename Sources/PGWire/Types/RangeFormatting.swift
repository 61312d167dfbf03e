/// Ranges and multiranges as the text that PostgreSQL prints: `[1,5)`, `empty`, `{[1,2),[4,)}`. Source: PostgreSQL,
/// rangetypes.c (`range_send`, `range_deparse`) and multirangetypes.c.
private enum RangeFlags {
  static let empty: UInt8 = 0x01
  static let lowerInclusive: UInt8 = 0x02
  static let upperInclusive: UInt8 = 0x04
  static let lowerInfinite: UInt8 = 0x08
  static let upperInfinite: UInt8 = 0x10
}

extension [UInt8] {
  /// One byte of flags, then each bound that there is: int32 length and value.
  mutating func append(range field: RawSpan, of bound: ValueFormat) throws(ValueError) {
    guard field.byteCount >= 1, field.byte(0) < 0x20 else { throw .malformed }
    let flags = field.byte(0)
    var offset = 1
    if flags & RangeFlags.empty != 0 {
      append(text: "empty")
    } else {
      append(UInt8(ascii: flags & RangeFlags.lowerInclusive != 0 ? "[" : "("))
      if flags & RangeFlags.lowerInfinite == 0 { try append(bound: field, &offset, bound) }
      append(UInt8(ascii: ","))
      if flags & RangeFlags.upperInfinite == 0 { try append(bound: field, &offset, bound) }
      append(UInt8(ascii: flags & RangeFlags.upperInclusive != 0 ? "]" : ")"))
    }
    guard offset == field.byteCount else { throw .malformed }
  }

  private mutating func append(
    bound field: RawSpan, _ offset: inout Int, _ format: ValueFormat
  ) throws(ValueError) {
    let value = try field.readCounted(at: &offset)
    let start = count
    try append(printed: field.extracting(value), as: format)
    quote(from: start)
  }

  /// Quoted where it is empty or has a character that means something to the parser.
  private mutating func quote(from start: Int) {
    let isPlain = self[start...].allSatisfy { character in
      switch character {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["),
        UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: " "), 9...13:
        false
      default: true
      }
    }
    if isPlain, count > start { return }
    let plain = Array(self[start...])
    removeLast(plain.count)
    append(UInt8(ascii: "\""))
    for character in plain {
      if character == UInt8(ascii: "\"") || character == UInt8(ascii: "\\") { append(character) }
      append(character)
    }
    append(UInt8(ascii: "\""))
  }

  /// int32 how many ranges, then each after its int32 length.
  mutating func append(multirange field: RawSpan, of bound: ValueFormat) throws(ValueError) {
    guard field.byteCount >= 4, field.int32(0) >= 0 else { throw .malformed }
    var offset = 4
    append(UInt8(ascii: "{"))
    for index in 0..<Int(field.int32(0)) {
      if index > 0 { append(UInt8(ascii: ",")) }
      let value = try field.readCounted(at: &offset)
      try append(range: field.extracting(value), of: bound)
    }
    append(UInt8(ascii: "}"))
    guard offset == field.byteCount else { throw .malformed }
  }
}

extension RawSpan {
  /// int32 length and as many bytes: where these are.
  func readCounted(at offset: inout Int) throws(ValueError) -> Range<Int> {
    guard byteCount - offset >= 4 else { throw .malformed }
    let length = Int(int32(offset))
    guard length >= 0, byteCount - offset - 4 >= length else { throw .malformed }
    let start = offset + 4
    offset = start + length
    return start..<offset
  }
}
