// DELTA_BINARY_PACKED (Encodings.md "Delta Encoding"), decoded.

/// INT32 or INT64 as its decoder sees it.
protocol DeltaUnpackable: DeltaPackable {
  static func unpack(
    _ source: UnsafeRawPointer, count: Int, width: Int, to target: UnsafeMutablePointer<Magnitude>)
}

extension Int32: DeltaUnpackable {
  static func unpack(
    _ source: UnsafeRawPointer, count: Int, width: Int, to target: UnsafeMutablePointer<UInt32>
  ) { unsafe unpackBits(source, count: count, width: width, to: target) }
}

extension Int64: DeltaUnpackable {
  static func unpack(
    _ source: UnsafeRawPointer, count: Int, width: Int, to target: UnsafeMutablePointer<UInt64>
  ) { unsafe unpackBits(source, count: count, width: width, to: target) }
}

extension PageBytes {
  /// Decodes exactly `count` values to `target` and passes over them.
  mutating func decodeDeltaBinaryPacked<Value: DeltaUnpackable>(
    count: Int, to target: UnsafeMutablePointer<Value>
  ) throws(ParquetFormatError) {
    let blockValues = try unsafe varint()
    let miniblocks = try unsafe varint()
    let total = try unsafe varint()
    let first = try unsafe zigzag()
    guard blockValues <= 1 << 16, miniblocks > 0, miniblocks <= 1 << 9, blockValues % miniblocks == 0,
      blockValues / miniblocks % 8 == 0, blockValues > 0
    else { throw .corrupt("DELTA_BINARY_PACKED with impossible block sizes") }
    guard total == UInt64(count) else { throw .corrupt("DELTA_BINARY_PACKED with another count of values") }
    guard count > 0 else { return }
    unsafe target[0] = Value(truncatingIfNeeded: first)
    let perMiniblock = Int(blockValues / miniblocks)
    let result = unsafe withUnsafeTemporaryAllocation(of: Value.Magnitude.self, capacity: perMiniblock + 8) {
      memory -> ParquetFormatError? in
      guard let deltas = memory.baseAddress else { return nil }
      do throws(ParquetFormatError) {
        try unsafe decodeBlocks(
          count: count, to: target, miniblocks: Int(miniblocks), perMiniblock: perMiniblock, deltas)
        return nil
      } catch {
        return error
      }
    }
    if let result { throw result }
  }

  private mutating func decodeBlocks<Value: DeltaUnpackable>(
    count: Int, to target: UnsafeMutablePointer<Value>, miniblocks: Int, perMiniblock: Int,
    _ deltas: UnsafeMutablePointer<Value.Magnitude>
  ) throws(ParquetFormatError) {
    var last = unsafe target[0]
    var filled = 1
    while filled < count {
      let least = Value(truncatingIfNeeded: try unsafe zigzag())
      var widths = try unsafe take(miniblocks)
      for _ in 0..<miniblocks where filled < count {
        let width = Int(try unsafe widths.byte())
        guard width <= Value.bitWidth else { throw .corrupt("a miniblock of \(width) bits") }
        let bytes = try unsafe take(perMiniblock / 8 * width)
        let used = min(perMiniblock, count - filled)
        if width == 0 {
          for index in filled..<filled + used {
            last = last &+ least
            unsafe target[index] = last
          }
        } else {
          unsafe Value.unpack(bytes.position, count: perMiniblock, width: width, to: deltas)
          for index in 0..<used {
            last = unsafe last &+ least &+ Value(truncatingIfNeeded: deltas[index])
            unsafe target[filled &+ index] = last
          }
        }
        filled += used
      }
    }
  }
}
