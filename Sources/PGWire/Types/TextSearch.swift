/// tsvector as text: `'cat':3A,5 'fat':2`. Source: PostgreSQL, tsvector.c (`tsvectorsend`, `tsvectorout`): int32 how many
/// lexemes; for each the word, a zero byte, uint16 how many positions, each a uint16 with its weight in the two upper bits.
extension [UInt8] {
  mutating func append(tsvector field: RawSpan) throws(ValueError) {
    guard field.byteCount >= 4, field.int32(0) >= 0 else { throw .malformed }
    var offset = 4
    for index in 0..<Int(field.int32(0)) {
      if index > 0 { append(UInt8(ascii: " ")) }
      try append(lexeme: field, &offset)
      guard field.byteCount - offset >= 2 else { throw .malformed }
      let positions = Int(UInt16(bitPattern: field.int16(offset)))
      offset += 2
      guard field.byteCount - offset >= positions * 2 else { throw .malformed }
      for position in 0..<positions {
        append(UInt8(ascii: position == 0 ? ":" : ","))
        append(position: UInt16(bitPattern: field.int16(offset)))
        offset += 2
      }
    }
    guard offset == field.byteCount else { throw .malformed }
  }

  private mutating func append(lexeme field: RawSpan, _ offset: inout Int) throws(ValueError) {
    append(UInt8(ascii: "'"))
    while offset < field.byteCount, field.byte(offset) != 0 {
      let character = field.byte(offset)
      if character == UInt8(ascii: "'") || character == UInt8(ascii: "\\") { append(character) }
      append(character)
      offset += 1
    }
    guard offset < field.byteCount else { throw .malformed }
    offset += 1
    append(UInt8(ascii: "'"))
  }

  private mutating func append(position: UInt16) {
    append(decimal: Int(position & 0x3FFF))
    switch position >> 14 {
    case 3: append(UInt8(ascii: "A"))
    case 2: append(UInt8(ascii: "B"))
    case 1: append(UInt8(ascii: "C"))
    default: break
    }
  }
}
