// Bit unpacking, least significant bit first; the mirror of BitPacking.swift.

@safe
enum BitUnpacker<let width: Int> {
  /// Unpacks `count` values, a multiple of 8, from `count / 8 * width` bytes. May read up to 16 bytes more
  /// than that: the source must have them.
  @inline(__always)
  static func unpack<Value: FixedWidthInteger & UnsignedInteger>(
    _ source: UnsafeRawPointer, count: Int, to target: UnsafeMutablePointer<Value>
  ) {
    var position = unsafe source
    var group = 0
    while group < count {
      unsafe take(0, position, target + group)
      unsafe take(1, position, target + group)
      unsafe take(2, position, target + group)
      unsafe take(3, position, target + group)
      unsafe take(4, position, target + group)
      unsafe take(5, position, target + group)
      unsafe take(6, position, target + group)
      unsafe take(7, position, target + group)
      unsafe position += width
      group += 8
    }
  }

  @inline(__always)
  private static func take<Value: FixedWidthInteger & UnsignedInteger>(
    _ index: Int, _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Value>
  ) {
    let byte = (index * width) >> 3
    let shift = (index * width) & 7
    var value =
      unsafe UInt64(
        littleEndian: source.loadUnaligned(fromByteOffset: byte, as: UInt64.self)) &>> UInt64(shift)
    if shift + width > 64 {
      let rest = unsafe source.loadUnaligned(fromByteOffset: byte + 8, as: UInt8.self)
      value |= UInt64(rest) &<< UInt64(64 - shift)
    }
    let mask: UInt64 = width == 64 ? .max : (1 &<< UInt64(width)) &- 1
    unsafe target[index] = Value(truncatingIfNeeded: value & mask)
  }
}

/// Unpacks `count` values (a multiple of 8) of at most 32 bits. Reads up to 16 bytes beyond them.
@inline(__always)
func unpackBits(
  _ source: UnsafeRawPointer, count: Int, width: Int, to target: UnsafeMutablePointer<UInt32>
) {
  unsafe unpackNarrow(source, count: count, width: width, to: target)
}

/// As above, for widths up to 64.
@inline(__always)
func unpackBits(
  _ source: UnsafeRawPointer, count: Int, width: Int, to target: UnsafeMutablePointer<UInt64>
) {
  if width <= 32 {
    unsafe unpackNarrow(source, count: count, width: width, to: target)
  } else {
    unsafe unpackWide(source, count: count, width: width, to: target)
  }
}
