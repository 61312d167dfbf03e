// Bit packing, least significant bit first: the common ground of RLE/bit-packing hybrid and
// DELTA_BINARY_PACKED (Encodings.md).
//
// Eight values of width w fill exactly w bytes, so groups of eight do not depend on each other. The width is
// a generic argument: each width becomes straight-line code with constant shifts.

@safe
enum BitPacker<let width: Int> {
  /// Packs `count` values, a multiple of 8, and returns the bytes filled: `count / 8 * width`. May store up
  /// to 8 bytes more than that.
  @inline(__always)
  static func pack<Value: FixedWidthInteger & UnsignedInteger>(
    _ source: UnsafePointer<Value>, count: Int, to target: UnsafeMutableRawPointer
  ) -> Int {
    var group = 0
    var out = unsafe target
    while group < count {
      unsafe pack8(source + group, to: out)
      unsafe out += width
      group += 8
    }
    return count / 8 * width
  }

  @inline(__always)
  private static func pack8<Value: FixedWidthInteger & UnsignedInteger>(
    _ source: UnsafePointer<Value>, to target: UnsafeMutableRawPointer
  ) {
    var word: UInt64 = 0
    unsafe put(0, source, &word, target)
    unsafe put(1, source, &word, target)
    unsafe put(2, source, &word, target)
    unsafe put(3, source, &word, target)
    unsafe put(4, source, &word, target)
    unsafe put(5, source, &word, target)
    unsafe put(6, source, &word, target)
    unsafe put(7, source, &word, target)
    if (8 * width) & 63 != 0 {
      unsafe target.storeBytes(of: word.littleEndian, toByteOffset: ((8 * width) >> 6) * 8, as: UInt64.self)
    }
  }

  @inline(__always)
  private static func put<Value: FixedWidthInteger & UnsignedInteger>(
    _ index: Int, _ source: UnsafePointer<Value>, _ word: inout UInt64,
    _ target: UnsafeMutableRawPointer
  ) {
    let value = unsafe UInt64(truncatingIfNeeded: source[index])
    let shift = (index * width) & 63
    word |= value &<< UInt64(shift)
    if shift + width >= 64 {
      unsafe target.storeBytes(
        of: word.littleEndian, toByteOffset: ((index * width) >> 6) * 8, as: UInt64.self)
      word = shift + width == 64 ? 0 : value &>> UInt64(64 - shift)
    }
  }
}

/// How many bits the value needs.
@inline(__always)
func bitWidth(of value: some FixedWidthInteger) -> Int { value.bitWidth - value.leadingZeroBitCount }

/// Packs `count` values (a multiple of 8, each below 2^width) at a width known only now.
@inline(__always)
func packBits(
  _ source: UnsafePointer<UInt32>, count: Int, width: Int, to target: UnsafeMutableRawPointer
) -> Int {
  unsafe packNarrow(source, count: count, width: width, to: target)
}

/// As above, for widths up to 64.
@inline(__always)
func packBits(
  _ source: UnsafePointer<UInt64>, count: Int, width: Int, to target: UnsafeMutableRawPointer
) -> Int {
  width <= 32
    ? unsafe packNarrow(source, count: count, width: width, to: target)
    : unsafe packWide(source, count: count, width: width, to: target)
}
