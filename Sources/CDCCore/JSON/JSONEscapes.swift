/// What the escapes in a JSON string stand for.
enum JSONEscapes {
  enum Failure: Error {
    case malformed
    /// Half of a surrogate pair, which is no character.
    case halfPair
  }

  /// - Parameter text: between the quotes.
  /// - Returns: UTF-8.
  static func resolved(_ text: ArraySlice<UInt8>) throws(Failure) -> [UInt8] {
    guard text.contains(UInt8(ascii: "\\")) else { return Array(text) }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var offset = text.startIndex
    while offset < text.endIndex {
      guard text[offset] == UInt8(ascii: "\\") else {
        result.append(text[offset])
        offset += 1
        continue
      }
      guard offset + 1 < text.endIndex else { throw .malformed }
      let letter = text[offset + 1]
      offset += 2
      switch letter {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(letter)
      case UInt8(ascii: "b"): result.append(8)
      case UInt8(ascii: "f"): result.append(12)
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "t"): result.append(9)
      case UInt8(ascii: "u"): result += try character(text, &offset)
      default: throw .malformed
      }
    }
    return result
  }

  /// The UTF-8 of `XXXX`, or of `XXXX\uXXXX`.
  private static func character(_ text: ArraySlice<UInt8>, _ offset: inout Int) throws(Failure) -> [UInt8] {
    let first = try unit(text, &offset)
    guard (0xD800...0xDFFF).contains(first) else { return utf8(first) }
    guard first < 0xDC00, offset + 2 <= text.endIndex, text[offset] == UInt8(ascii: "\\"),
      text[offset + 1] == UInt8(ascii: "u")
    else { throw .halfPair }
    offset += 2
    let second = try unit(text, &offset)
    guard (0xDC00...0xDFFF).contains(second) else { throw .halfPair }
    return utf8(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private static func unit(_ text: ArraySlice<UInt8>, _ offset: inout Int) throws(Failure) -> UInt32 {
    guard offset + 4 <= text.endIndex else { throw .malformed }
    var unit: UInt32 = 0
    for byte in text[offset..<offset + 4] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
      default: throw .malformed
      }
    }
    offset += 4
    return unit
  }

  private static func utf8(_ scalar: UInt32) -> [UInt8] {
    Unicode.Scalar(scalar).map { Array(String(Character($0)).utf8) } ?? []
  }
}
