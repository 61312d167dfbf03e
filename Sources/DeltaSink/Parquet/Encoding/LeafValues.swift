// The present values of one leaf column in their physical type, as the encoders see them.

/// Points into a column vector or into scratch memory; valid as long as the call that made it.
@unsafe
enum LeafValues {
  case boolean(UnsafePointer<Bool>)
  case int32(UnsafePointer<Int32>)
  case int64(UnsafePointer<Int64>)
  case float(UnsafePointer<Float>)
  case double(UnsafePointer<Double>)
  /// FIXED_LEN_BYTE_ARRAY, big-endian, in this many bytes.
  case fixed(UnsafePointer<Int128>, width: Int)
  case byteArray(ByteArrayView)
}

/// Byte strings that need not lie one after the other: value i is `bytes[starts[i]..<ends[i]]`.
@unsafe
struct ByteArrayView {
  var starts: UnsafePointer<Int32>
  var ends: UnsafePointer<Int32>
  var bytes: UnsafeRawPointer
  /// How many bytes may be read at `bytes`.
  var byteCount: Int

  @inline(__always)
  func length(_ index: Int) -> Int { unsafe Int(ends[index] &- starts[index]) }

  /// The value's first 8 bytes, the first in the lowest byte; zeros behind a shorter value.
  @inline(__always)
  func prefix(_ index: Int) -> UInt64 {
    let start = unsafe Int(starts[index])
    let length = unsafe Int(ends[index]) &- start
    if unsafe start &+ 8 <= byteCount {
      let word = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
      return length >= 8 ? word : word & ((1 &<< UInt64(8 &* length)) &- 1)
    }
    return unsafe prefixAtEnd(start, min(length, 8))
  }

  @inline(never)
  private func prefixAtEnd(_ start: Int, _ length: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<length {
      word |= unsafe UInt64(bytes.load(fromByteOffset: start + index, as: UInt8.self)) << UInt64(8 * index)
    }
    return word
  }

  func slice(_ index: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: bytes + Int(starts[index]), count: length(index))
  }

  /// The view without its first values.
  func dropFirst(_ count: Int) -> ByteArrayView {
    unsafe ByteArrayView(starts: starts + count, ends: ends + count, bytes: bytes, byteCount: byteCount)
  }
}
