/// A position in the source's write-ahead log: a byte offset, totally ordered, written `16/B374D848`.
///
/// A table or checkpoint *at* an LSN holds every transaction whose commit record begins before it,
/// and none whose commit record begins at or after it. Source: PostgreSQL manual, "pg_lsn Type".
public struct LSN: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  public let rawValue: UInt64

  public static let zero = LSN(0)

  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Parses `XXXXXXXX/XXXXXXXX`; nil where the text is not of that form.
  public init?(_ text: some StringProtocol) {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, (1...8).contains(halves[0].count), (1...8).contains(halves[1].count),
      let high = UInt32(halves[0], radix: 16), let low = UInt32(halves[1], radix: 16)
    else { return nil }
    rawValue = UInt64(high) << 32 | UInt64(low)
  }

  public var description: String {
    String(rawValue >> 32, radix: 16, uppercase: true) + "/"
      + String(rawValue & 0xFFFF_FFFF, radix: 16, uppercase: true)
  }

  public static func < (a: LSN, b: LSN) -> Bool { a.rawValue < b.rawValue }
}
