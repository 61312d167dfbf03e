// From present values to the dense form of a column vector, and from physical to column type.

import CDCCore

extension DecodedValues {
  /// The values as a vector holds them, spread over the slots where `validity` is set (nil: all).
  func vectorValues(_ leaf: ReadLeaf, validity: [UInt64]?, slots: Int) throws(ParquetFormatError)
    -> ColumnVector.Values
  {
    switch kind {
    case .boolean: return .boolean(Self.spread(boolean, count, validity, slots, false))
    case .int32:
      switch leaf.conversion {
      case .widen: return .int64(Self.spread(int32.map { Int64($0) }, count, validity, slots, 0))
      case .unsignedWiden:
        return .int64(Self.spread(int32.map { Int64(UInt32(bitPattern: $0)) }, count, validity, slots, 0))
      default: return .int32(Self.spread(int32, count, validity, slots, 0))
      }
    case .int64, .int96:
      switch leaf.conversion {
      case .multiply(let factor):
        return .int64(Self.spread(int64.map { $0 &* factor }, count, validity, slots, 0))
      case .divide(let factor):
        return .int64(Self.spread(int64.map { Self.floor($0, by: factor) }, count, validity, slots, 0))
      case .unsignedLong:
        return .int128(
          Self.spread(int64.map { Int128(UInt64(bitPattern: $0)) }, count, validity, slots, 0))
      default: return .int64(Self.spread(int64, count, validity, slots, 0))
      }
    case .float: return .float(Self.spread(float, count, validity, slots, 0))
    case .double: return .double(Self.spread(double, count, validity, slots, 0))
    case .bytes: return .bytes(Self.spread(strings, validity, slots))
    case .decimalBytes:
      guard case .decimal(let precision, _) = leaf.type, precision <= 18 else {
        return .int128(Self.spread(int128, count, validity, slots, 0))
      }
      var narrow: [Int64] = []
      narrow.reserveCapacity(int128.count)
      for value in int128 {
        guard let value = Int64(exactly: value) else { throw .corrupt("a decimal outside of its precision") }
        narrow.append(value)
      }
      return .int64(Self.spread(narrow, count, validity, slots, 0))
    }
  }

  private static func floor(_ value: Int64, by factor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: factor)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// `source` has room for all slots and its first `count` filled: they are moved to their slots from behind.
  private static func spread<Value>(
    _ source: [Value], _ count: Int, _ validity: [UInt64]?, _ slots: Int, _ placeholder: Value
  ) -> [Value] {
    var result = source
    if result.count > slots { result.removeLast(result.count - slots) }
    guard let validity else { return result }
    var next = count - 1
    for slot in stride(from: slots - 1, through: 0, by: -1) {
      if validity[slot >> 6] >> UInt64(slot & 63) & 1 == 1, next >= 0 {
        result[slot] = result[next]
        next -= 1
      } else {
        result[slot] = placeholder
      }
    }
    return result
  }

  private static func spread(_ source: ByteStrings, _ validity: [UInt64]?, _ slots: Int) -> ByteStrings {
    guard let validity else { return source }
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(slots + 1)
    var next = 0
    for slot in 0..<slots {
      if validity[slot >> 6] >> UInt64(slot & 63) & 1 == 1 { next += 1 }
      offsets.append(source.offsets[min(next, source.offsets.count - 1)])
    }
    return ByteStrings(offsets: offsets, bytes: source.bytes)
  }
}
