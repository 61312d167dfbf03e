// Least and greatest value of a run of values: the bounds in page index, chunk statistics and Delta's `add`.

import CDCCore

/// One bound in the form of its physical type.
enum BoundValue: Sendable, Hashable {
  case boolean(Bool)
  case integer(Int64)
  case fixed(Int128, width: Int)
  case float(Float)
  case double(Double)
  case bytes([UInt8])
}

/// What is known of the values of a page, a chunk or a file.
struct ValueBounds: Sendable, Hashable {
  var min: BoundValue?
  var max: BoundValue?
  var isMinExact = true
  var isMaxExact = true
  var nullCount: Int64 = 0
  /// Nil for types without NaN.
  var nanCount: Int64?
}

extension BoundValue {
  /// In the order of the column, TYPE_ORDER.
  static func < (left: BoundValue, right: BoundValue) -> Bool {
    switch (left, right) {
    case (.boolean(let left), .boolean(let right)): !left && right
    case (.integer(let left), .integer(let right)): left < right
    case (.fixed(let left, _), .fixed(let right, _)): left < right
    case (.float(let left), .float(let right)): left < right
    case (.double(let left), .double(let right)): left < right
    case (.bytes(let left), .bytes(let right)): left.lexicographicallyPrecedes(right)
    default: false
    }
  }

  /// PLAIN, byte arrays without their length: as `Statistics` wants it.
  func bytes(as type: PhysicalType) -> [UInt8] {
    switch self {
    case .boolean(let value): [value ? 1 : 0]
    case .integer(let value):
      type == .int32 ? Self.littleEndian(Int32(truncatingIfNeeded: value)) : Self.littleEndian(value)
    case .fixed(let value, let width):
      (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> Int128(8 * $0)) }
    case .float(let value): Self.littleEndian(value.bitPattern)
    case .double(let value): Self.littleEndian(value.bitPattern)
    case .bytes(let value): value
    }
  }

  private static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Value(8 * $0)) }
  }

  var value: Value {
    switch self {
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(Int128(value))
    case .fixed(let value, _): .integer(value)
    case .float(let value): .float(value)
    case .double(let value): .double(value)
    case .bytes(let value): .bytes(value)
    }
  }
}

extension ValueBounds {
  /// Takes in the bounds of more values.
  mutating func merge(_ other: ValueBounds) {
    nullCount += other.nullCount
    if let more = other.nanCount { nanCount = (nanCount ?? 0) + more }
    if let least = other.min {
      if let mine = min, !(least < mine) {
        // Of two equal bounds one that is a value makes the other one, too.
        if least == mine { isMinExact = isMinExact || other.isMinExact }
      } else {
        min = least
        isMinExact = other.isMinExact
      }
    }
    if let greatest = other.max {
      if let mine = max, !(mine < greatest) {
        if greatest == mine { isMaxExact = isMaxExact || other.isMaxExact }
      } else {
        max = greatest
        isMaxExact = other.isMaxExact
      }
    }
  }

  func formatStatistics(as type: PhysicalType) -> FormatStatistics {
    var statistics = FormatStatistics()
    statistics.nullCount = nullCount
    statistics.nanCount = nanCount
    if let min, let max {
      statistics.minValue = min.bytes(as: type)
      statistics.maxValue = max.bytes(as: type)
      statistics.isMinExact = isMinExact
      statistics.isMaxExact = isMaxExact
    }
    return statistics
  }
}
