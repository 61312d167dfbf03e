// RLE/bit-packing hybrid (Encodings.md "RLE"), decoded.

extension PageBytes {
  /// Decodes `count` values of `width` bits to `target`, which has room for 8 more.
  mutating func decodeRunLength(
    width: Int, count: Int, to target: UnsafeMutablePointer<UInt32>
  ) throws(ParquetFormatError) {
    guard (0...32).contains(width) else { throw .corrupt("levels or indices of \(width) bits") }
    var filled = 0
    while filled < count {
      let header = try unsafe varint()
      if header & 1 == 1 {
        let wanted = (count - filled + 7) / 8
        let groups = Int(clamping: header >> 1)
        guard groups > 0 else { throw .corrupt("an empty bit-packed run") }
        let used = min(groups, wanted)
        // Some writers leave the last group's unused bytes away.
        let bytes =
          groups > used ? try unsafe take(used * width) : try unsafe takeGroups(used, width, count - filled)
        unsafe unpackBits(bytes.position, count: used * 8, width: width, to: target + filled)
        filled += used * 8
      } else {
        let length = min(Int(clamping: header >> 1), count - filled)
        guard length > 0 else { throw .corrupt("an empty run") }
        var value: UInt32 = 0
        for index in 0..<(width + 7) / 8 { value |= UInt32(try unsafe byte()) << UInt32(8 * index) }
        guard width == 32 || value < 1 << UInt32(width) else { throw .corrupt("a run's value is too wide") }
        unsafe (target + filled).update(repeating: value, count: length)
        filled += length
      }
    }
  }

  private mutating func takeGroups(
    _ groups: Int, _ width: Int, _ needed: Int
  ) throws(ParquetFormatError) -> PageBytes {
    let whole = groups * width
    if unsafe whole <= count { return try unsafe take(whole) }
    let least = (min(groups * 8, needed) * width + 7) / 8
    guard unsafe least <= count, whole - least <= 8 else { throw .corrupt("a bit-packed run ends too early") }
    return try unsafe take(count)
  }

  /// Whether the stream is one run of `value` over at least `count` values: the usual case of a nullable
  /// column without nulls.
  func isOneRun(of value: UInt32, width: Int, count: Int) -> Bool {
    var copy = unsafe self
    guard width <= 8, let header = try? unsafe copy.varint(), header & 1 == 0, header >> 1 >= UInt64(count),
      let byte = try? unsafe copy.byte()
    else { return false }
    return UInt32(byte) == value
  }
}
