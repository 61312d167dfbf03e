/// Which rows of a column are not null: one bit a row, least significant first, 1 = present.
public struct Validity: Sendable, Hashable {
  public let count: Int
  public let nullCount: Int
  /// `(count + 63) / 64` words; bits at and after `count` are 0.
  public let words: [UInt64]

  /// - Parameter nullRows: ascending, each once, each in `0..<count`.
  public init(count: Int, nullRows: [Int32]) {
    var words = [UInt64](repeating: .max, count: (count + 63) / 64)
    if count % 64 != 0 { words[words.count - 1] = (1 << UInt64(count % 64)) - 1 }
    for row in nullRows { words[Int(row) >> 6] &= ~(1 << UInt64(row & 63)) }
    self.count = count
    self.nullCount = nullRows.count
    self.words = words
  }

  public init(count: Int, words: [UInt64]) {
    self.count = count
    self.words = words
    self.nullCount = count - words.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  @inlinable
  public subscript(row: Int) -> Bool { words[row >> 6] >> UInt64(row & 63) & 1 == 1 }
}
