/// uuid, bit, pg_lsn and `"char"` as text, and bytea from text.
extension [UInt8] {
  mutating func append(uuid field: RawSpan) throws(ValueError) {
    guard field.byteCount == 16 else { throw .malformed }
    for offset in 0..<16 {
      if offset == 4 || offset == 6 || offset == 8 || offset == 10 { append(UInt8(ascii: "-")) }
      append(hexByte: field.byte(offset))
    }
  }

  /// int32: how many bits, then the bits, first in the highest place.
  mutating func append(bit field: RawSpan) throws(ValueError) {
    guard field.byteCount >= 4 else { throw .malformed }
    let count = Int(field.int32(0))
    guard count >= 0, field.byteCount - 4 == (count + 7) / 8 else { throw .malformed }
    for bit in 0..<count {
      append(UInt8(ascii: "0") + (field.byte(4 + bit / 8) >> UInt8(7 - bit % 8)) & 1)
    }
  }

  mutating func append(pgLSN field: RawSpan) throws(ValueError) {
    guard field.byteCount == 8 else { throw .malformed }
    append(hexadecimal: UInt32(bitPattern: field.int32(0)), uppercase: true)
    append(UInt8(ascii: "/"))
    append(hexadecimal: UInt32(bitPattern: field.int32(4)), uppercase: true)
  }

  mutating func append(char field: RawSpan) throws(ValueError) {
    guard field.byteCount == 1 else { throw .malformed }
    if field.byte(0) != 0 { append(char: field.byte(0)) }
  }

  /// From text: empty, the character, or (since PostgreSQL 16) `\ooo`.
  mutating func append(charText field: RawSpan) {
    if field.byteCount == 1 { append(char: field.byte(0)) } else { append(field) }
  }

  /// A byte over 127 is no character of UTF-8: as PostgreSQL prints it from 15 on.
  private mutating func append(char byte: UInt8) {
    guard byte > 127 else { return append(byte) }
    append(UInt8(ascii: "\\"))
    append(UInt8(ascii: "0") + byte >> 6)
    append(UInt8(ascii: "0") + byte >> 3 & 7)
    append(UInt8(ascii: "0") + byte & 7)
  }

  /// bytea_output `hex` (`\x00ff`) or `escape` (`a\\b\000`). Source: PostgreSQL manual, "Binary Data Types".
  mutating func append(byteaText field: RawSpan) throws(ValueError) {
    if field.byteCount >= 2, field.byte(0) == UInt8(ascii: "\\"), field.byte(1) == UInt8(ascii: "x") {
      return try append(hexadecimal: field, from: 2)
    }
    var offset = 0
    while offset < field.byteCount {
      let byte = field.byte(offset)
      if byte != UInt8(ascii: "\\") {
        append(byte)
        offset += 1
      } else if offset + 1 < field.byteCount, field.byte(offset + 1) == UInt8(ascii: "\\") {
        append(byte)
        offset += 2
      } else {
        append(try octal(field, offset + 1))
        offset += 4
      }
    }
  }

  /// The bytes that pairs of hexadecimal digits name.
  mutating func append(hexadecimal field: RawSpan, from start: Int) throws(ValueError) {
    guard field.byteCount % 2 == 0 else { throw .malformed }
    reserveCapacity(count + field.byteCount / 2)
    var offset = start
    while offset < field.byteCount {
      let high = hexValue(field.byte(offset))
      let low = hexValue(field.byte(offset + 1))
      guard high < 16, low < 16 else { throw .malformed }
      append(high << 4 | low)
      offset += 2
    }
  }
}

private func octal(_ field: RawSpan, _ start: Int) throws(ValueError) -> UInt8 {
  guard start + 3 <= field.byteCount else { throw .malformed }
  var value = 0
  for offset in start..<(start + 3) {
    let digit = field.byte(offset) &- UInt8(ascii: "0")
    guard digit < 8 else { throw .malformed }
    value = value * 8 + Int(digit)
  }
  guard let byte = UInt8(exactly: value) else { throw .malformed }
  return byte
}

/// 255 where the character is no hexadecimal digit.
@inline(__always)
private func hexValue(_ character: UInt8) -> UInt8 {
  switch character {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
  default: 255
  }
}
