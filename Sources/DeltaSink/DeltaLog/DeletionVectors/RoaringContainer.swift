/// The values of one block of 65,536, in the form in which they came or were inserted.
/// RoaringFormatSpec, "Container storage".
enum RoaringContainer: Sendable {
  /// Ascending, at most 4,096.
  case array([UInt16])
  /// 1,024 words, least significant bit first.
  case bitmap([UInt64])
  /// Pairs of first value and length − 1, ascending, apart from one another.
  case runs([UInt16])

  static let maximumArrayCount = 4096
  static let bitmapWords = 1024

  /// - Parameter ascending: at least one.
  init(ascending values: [UInt16]) {
    if values.count <= Self.maximumArrayCount {
      self = .array(values)
    } else {
      var words = [UInt64](repeating: 0, count: Self.bitmapWords)
      for value in values { words[Int(value >> 6)] |= 1 << UInt64(value & 63) }
      self = .bitmap(words)
    }
  }

  var cardinality: Int {
    switch self {
    case .array(let values): values.count
    case .bitmap(let words): words.reduce(0) { $0 + $1.nonzeroBitCount }
    case .runs(let pairs):
      stride(from: 1, to: pairs.count, by: 2).reduce(0) { $0 + Int(pairs[$1]) + 1 }
    }
  }

  /// Ascending.
  func forEach(_ body: (UInt16) -> Void) {
    switch self {
    case .array(let values): values.forEach(body)
    case .bitmap(let words):
      for (index, word) in words.enumerated() {
        var rest = word
        while rest != 0 {
          body(UInt16(index * 64 + rest.trailingZeroBitCount))
          rest &= rest - 1
        }
      }
    case .runs(let pairs):
      for index in stride(from: 0, to: pairs.count, by: 2) {
        for offset in 0...Int(pairs[index + 1]) { body(UInt16(Int(pairs[index]) + offset)) }
      }
    }
  }

  func union(_ other: RoaringContainer) -> RoaringContainer {
    if case .array(let mine) = self, case .array(let theirs) = other,
      mine.count + theirs.count <= Self.maximumArrayCount
    {
      return .array(Self.merge(mine, theirs))
    }
    var words = self.words
    if case .array(let values) = other {
      for value in values { words[Int(value >> 6)] |= 1 << UInt64(value & 63) }
    } else {
      for (index, word) in other.words.enumerated() { words[index] |= word }
    }
    return .bitmap(words)
  }

  private static func merge(_ a: [UInt16], _ b: [UInt16]) -> [UInt16] {
    var result: [UInt16] = []
    result.reserveCapacity(a.count + b.count)
    var i = 0
    var j = 0
    while i < a.count, j < b.count {
      if a[i] < b[j] {
        result.append(a[i])
        i += 1
      } else {
        if a[i] == b[j] { i += 1 }
        result.append(b[j])
        j += 1
      }
    }
    result.append(contentsOf: a[i...])
    result.append(contentsOf: b[j...])
    return result
  }

  var words: [UInt64] {
    if case .bitmap(let words) = self { return words }
    var words = [UInt64](repeating: 0, count: Self.bitmapWords)
    forEach { words[Int($0 >> 6)] |= 1 << UInt64($0 & 63) }
    return words
  }
}
