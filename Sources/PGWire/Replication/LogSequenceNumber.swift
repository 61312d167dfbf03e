/// A position in the server's write-ahead log: a byte offset, totally ordered, written `16/B374D848`.
/// Source: PostgreSQL manual, "pg_lsn Type".
public struct LogSequenceNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
  public var rawValue: UInt64

  /// `0/0`: no position (the server's `InvalidXLogRecPtr`).
  public static let zero = LogSequenceNumber(0)

  @inlinable public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Parses `XXXXXXXX/XXXXXXXX`; nil where the text is not of that form.
  public init?(_ text: some StringProtocol) {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, halves.allSatisfy({ (1...8).contains($0.utf8.count) && $0.first != "+" }),
      let high = UInt32(halves[0], radix: 16), let low = UInt32(halves[1], radix: 16)
    else { return nil }
    rawValue = UInt64(high) << 32 | UInt64(low)
  }

  public var description: String {
    String(rawValue >> 32, radix: 16, uppercase: true) + "/"
      + String(rawValue & 0xFFFF_FFFF, radix: 16, uppercase: true)
  }

  @inlinable
  public static func < (a: LogSequenceNumber, b: LogSequenceNumber) -> Bool { a.rawValue < b.rawValue }
}
