// Which encoding a chunk's values get. The sizes compared are estimates before compression: what is
// bit-packed well hardly compresses further.

/// How the data pages of a chunk are encoded. `dictionary` also means: `DictionaryScratch` holds the
/// dictionary page and an index for each value.
enum ValueEncoding: Hashable {
  case plain
  case dictionary(distinct: Int)
  case deltaBinaryPacked
  case deltaLengthByteArray

  var format: Encoding {
    switch self {
    case .plain: .plain
    case .dictionary: .rleDictionary
    case .deltaBinaryPacked: .deltaBinaryPacked
    case .deltaLengthByteArray: .deltaLengthByteArray
    }
  }
}

extension DictionaryScratch {
  /// Below this a dictionary page costs more than it saves.
  private static var leastCount: Int { 16 }

  /// INT32 and INT64.
  mutating func chooseEncoding<Value: DeltaPackable, Key: DictionaryKey>(
    _ values: UnsafePointer<Value>, keys: UnsafePointer<Key>, count: Int, least: Value, greatest: Value
  ) -> ValueEncoding {
    guard count >= Self.leastCount else { return .plain }
    let estimate = unsafe DeltaEstimate(values, count: count)
    let plainBits = Double(Value.bitWidth)
    let otherwise: ValueEncoding = estimate.bits < plainBits * 0.9 ? .deltaBinaryPacked : .plain
    if estimate.bits < 2.5 { return otherwise }
    let bar = min(estimate.bits * 1.1, plainBits * 0.8)

    let range = UInt64(truncatingIfNeeded: Value.Magnitude(truncatingIfNeeded: greatest &- least))
    if range < UInt64(min(Self.directRange, count * 4)) {
      let distinct = unsafe markRange(values, count: count, least: least, range: Int(range))
      guard Self.dictionaryBits(distinct, count, plainBits, estimate.repeats) <= bar else { return otherwise }
      unsafe encodeMarked(values, count: count, least: least, range: Int(range))
      return .dictionary(distinct: distinct)
    }
    if unsafe looksUnique(keys, count: count) { return otherwise }
    let limit = min(count / 4, 1 << 15)
    if let distinct = unsafe encodeHashed(keys, count: count, limit: limit),
      Self.dictionaryBits(distinct, count, plainBits, estimate.repeats) <= bar
    {
      return .dictionary(distinct: distinct)
    }
    return otherwise
  }

  /// FLOAT, DOUBLE and FIXED_LEN_BYTE_ARRAY, by their bits.
  mutating func chooseEncoding<Key: DictionaryKey>(
    _ keys: UnsafePointer<Key>, count: Int
  ) -> ValueEncoding {
    guard count >= Self.leastCount, unsafe !looksUnique(keys, count: count) else { return .plain }
    guard let distinct = unsafe encodeHashed(keys, count: count, limit: min(count / 4, 1 << 15)) else {
      return .plain
    }
    return .dictionary(distinct: distinct)
  }

  /// BYTE_ARRAY
  mutating func chooseEncoding(_ values: ByteArrayView, count: Int, byteLimit: Int) -> ValueEncoding {
    guard count >= Self.leastCount else { return .plain }
    if unsafe looksUnique(values, count: count) { return .deltaLengthByteArray }
    let limit = min(max(count / 3, 16), 1 << 16)
    if let distinct = unsafe encodeStrings(values, count: count, limit: limit, byteLimit: byteLimit) {
      return .dictionary(distinct: distinct)
    }
    return .deltaLengthByteArray
  }

  /// Bits a value takes with its share of the dictionary page, which compresses to about half.
  private static func dictionaryBits(
    _ distinct: Int, _ count: Int, _ plainBits: Double, _ repeats: Double
  ) -> Double {
    let width = Double(max(bitWidth(of: distinct - 1), 1))
    // Long runs are stored as runs.
    let packed = repeats > 0.9 ? (1 - repeats) * (width + 16) : width
    return packed + Double(distinct) * plainBits * 0.5 / Double(count)
  }
}
