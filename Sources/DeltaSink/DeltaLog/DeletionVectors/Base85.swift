/// Z85 (ZeroMQ RFC 32): four bytes are five characters, none of which JSON escapes.
enum Base85 {
  private static let alphabet = Array(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#".utf8)
  private static let digits: [UInt8] = {
    var digits = [UInt8](repeating: 0xFF, count: 256)
    for (digit, character) in alphabet.enumerated() { digits[Int(character)] = UInt8(digit) }
    return digits
  }()

  /// Zeros complete the last four bytes; the reader must know the length.
  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 3) / 4 * 5)
    for start in stride(from: 0, to: bytes.count, by: 4) {
      var word: UInt32 = 0
      for offset in start..<start + 4 { word = word << 8 | UInt32(offset < bytes.count ? bytes[offset] : 0) }
      var divisor: UInt32 = 85 * 85 * 85 * 85
      for _ in 0..<5 {
        text.append(alphabet[Int(word / divisor % 85)])
        divisor /= 85
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil where the text is not Z85.
  static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let characters = Array(text.utf8)
    guard characters.count % 5 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 5 * 4)
    for start in stride(from: 0, to: characters.count, by: 5) {
      var word: UInt64 = 0
      for character in characters[start..<start + 5] {
        let digit = digits[Int(character)]
        guard digit != 0xFF else { return nil }
        word = word * 85 + UInt64(digit)
      }
      guard word <= UInt64(UInt32.max) else { return nil }
      for shift in stride(from: 24, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    return bytes
  }
}
