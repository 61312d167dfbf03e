/// A hash that is the same in every run, on every machine and in every version: for names that live on. FNV-1a, 64 bits;
/// not meant against forgery.
package struct StableHash: Sendable {
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  package init() {}

  package mutating func combine(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  /// Sixteen hexadecimal digits that follow from the text.
  package static func digits(of text: String) -> String {
    var hash = StableHash()
    hash.combine(text.utf8)
    let digits = String(hash.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
