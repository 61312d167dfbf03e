// DELTA_BINARY_PACKED (Encodings.md "Delta Encoding"): blocks of 128 deltas in 4 miniblocks, the sizes that
// every reader has seen most.

/// INT32 or INT64: deltas wrap around in the type's own width, so they never need more bits than it has.
protocol DeltaPackable: FixedWidthInteger & SignedInteger & BitwiseCopyable where Magnitude: BitwiseCopyable {
  static func pack(
    _ source: UnsafePointer<Magnitude>, count: Int, width: Int, to target: UnsafeMutableRawPointer
  ) -> Int
}

extension Int32: DeltaPackable {
  static func pack(
    _ source: UnsafePointer<UInt32>, count: Int, width: Int, to target: UnsafeMutableRawPointer
  ) -> Int { unsafe packBits(source, count: count, width: width, to: target) }
}

extension Int64: DeltaPackable {
  static func pack(
    _ source: UnsafePointer<UInt64>, count: Int, width: Int, to target: UnsafeMutableRawPointer
  ) -> Int { unsafe packBits(source, count: count, width: width, to: target) }
}

enum DeltaBlock {
  static let values = 128
  static let miniblocks = 4
  static let miniblockValues = 32
}

extension ByteBuffer {
  mutating func appendDeltaBinaryPacked<Value: DeltaPackable>(_ values: UnsafePointer<Value>, count: Int) {
    append(varint: UInt64(DeltaBlock.values))
    append(varint: UInt64(DeltaBlock.miniblocks))
    append(varint: UInt64(count))
    append(varint: zigzag(count > 0 ? unsafe values[0] : 0))
    guard count > 1 else { return }
    unsafe withUnsafeTemporaryAllocation(of: Value.Magnitude.self, capacity: DeltaBlock.values) {
      let deltas = unsafe $0.baseAddress.unsafelyUnwrapped
      var position = 1
      while position < count {
        let length = min(DeltaBlock.values, count - position)
        unsafe appendBlock(values + position, count: length, deltas)
        position += length
      }
    }
  }

  private mutating func appendBlock<Value: DeltaPackable>(
    _ values: UnsafePointer<Value>, count: Int, _ deltas: UnsafeMutablePointer<Value.Magnitude>
  ) {
    var least = Value.max
    for index in 0..<count {
      let delta = unsafe values[index] &- values[index - 1]
      unsafe deltas[index] = Value.Magnitude(truncatingIfNeeded: delta)
      least = min(least, delta)
    }
    let reference = Value.Magnitude(truncatingIfNeeded: least)
    for index in 0..<count { unsafe deltas[index] &-= reference }
    for index in count..<DeltaBlock.values { unsafe deltas[index] = 0 }

    append(varint: zigzag(least))
    let widths = unsafe reserve(DeltaBlock.miniblocks + DeltaBlock.values * MemoryLayout<Value>.size)
    var written = DeltaBlock.miniblocks
    for miniblock in 0..<DeltaBlock.miniblocks {
      let start = unsafe deltas + miniblock * DeltaBlock.miniblockValues
      var union: Value.Magnitude = 0
      for index in 0..<DeltaBlock.miniblockValues { union |= unsafe start[index] }
      let width = bitWidth(of: union)
      unsafe widths.storeBytes(of: UInt8(truncatingIfNeeded: width), toByteOffset: miniblock, as: UInt8.self)
      if miniblock * DeltaBlock.miniblockValues < count {
        written += unsafe Value.pack(
          start, count: DeltaBlock.miniblockValues, width: width, to: widths + written)
      }
    }
    advance(by: written)
  }

  @inline(__always)
  private func zigzag<Value: DeltaPackable>(_ value: Value) -> UInt64 {
    UInt64(
      truncatingIfNeeded: Value.Magnitude(truncatingIfNeeded: (value << 1) ^ (value >> (Value.bitWidth - 1))))
  }
}

/// What a sample of the values says about them, cheaply: enough to choose an encoding.
struct DeltaEstimate {
  /// Bits a value takes in DELTA_BINARY_PACKED.
  var bits: Double
  /// The share of values that equal the one before.
  var repeats: Double

  init<Value: DeltaPackable>(_ values: UnsafePointer<Value>, count: Int) {
    let length = DeltaBlock.miniblockValues
    let samples = min(32, (count - 1) / length)
    guard samples > 0 else {
      bits = Double(Value.bitWidth)
      repeats = 0
      return
    }
    var widths = 0
    var equal = 0
    for sample in 0..<samples {
      let start = 1 + (count - 1 - length) / samples * sample
      var least = Value.max
      var greatest = Value.min
      for index in start..<start + length {
        let delta = unsafe values[index] &- values[index - 1]
        least = min(least, delta)
        greatest = max(greatest, delta)
        equal += delta == 0 ? 1 : 0
      }
      widths += DeltaSink.bitWidth(of: Value.Magnitude(truncatingIfNeeded: greatest &- least))
    }
    bits = Double(widths) / Double(samples) + 0.6
    repeats = Double(equal) / Double(samples * length)
  }
}
