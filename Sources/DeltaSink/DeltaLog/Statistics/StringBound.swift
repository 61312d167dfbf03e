/// Strings in statistics are cut at 32 characters: the lower bound by cutting, the upper one by a last
/// character that no continuation exceeds. Readers compare UTF-8 bytes.
enum StringBound {
  static let length = 32
  /// How far a cut may be moved to find a place where it can be rounded up.
  private static let longestLength = 64

  /// The bytes may end within a character.
  static func lower(_ utf8: [UInt8]) -> String? {
    var bytes = utf8[...]
    for _ in 0..<4 {
      if let text = String(validating: bytes, as: UTF8.self) {
        var cut = ""
        cut.unicodeScalars.append(contentsOf: text.unicodeScalars.prefix(length))
        return cut
      }
      bytes = bytes.dropLast()
    }
    return nil
  }

  /// Nil where there is no such text.
  static func upper(_ utf8: [UInt8]) -> String? {
    guard let text = String(validating: utf8, as: UTF8.self) else { return nil }
    let scalars = Array(text.unicodeScalars.prefix(longestLength + 1))
    guard scalars.count > length else { return text }
    for cut in length..<scalars.count where cut <= longestLength {
      // Nothing is greater than U+10FFFF: cut after it.
      if scalars[cut].value == 0x10FFFF { continue }
      var bound = ""
      bound.unicodeScalars.append(contentsOf: scalars[..<cut])
      bound.unicodeScalars.append(scalars[cut].value < 0x7F ? "\u{7F}" : "\u{10FFFF}")
      return bound
    }
    return nil
  }
}
