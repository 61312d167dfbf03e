// PLAIN (Encodings.md): values back to back.

extension ByteBuffer {
  mutating func appendPlain<Value: BitwiseCopyable>(_ values: UnsafePointer<Value>, count: Int) {
    // Every platform Swift runs on is little-endian, as PLAIN is.
    unsafe append(UnsafeRawBufferPointer(start: values, count: count * MemoryLayout<Value>.stride))
  }

  /// BOOLEAN: one bit a value.
  mutating func appendPlain(booleans values: UnsafePointer<Bool>, count: Int) {
    let target = unsafe reserve((count + 7) / 8)
    let source = unsafe UnsafeRawPointer(values)
    let groups = count / 8
    for group in 0..<groups {
      // Eight bytes of 0 or 1: the product collects their lowest bits in its highest byte.
      let word = unsafe UInt64(
        littleEndian: source.loadUnaligned(fromByteOffset: group * 8, as: UInt64.self))
      let bits = UInt8(truncatingIfNeeded: (word &* 0x0102_0408_1020_4080) >> 56)
      unsafe target.storeBytes(of: bits, toByteOffset: group, as: UInt8.self)
    }
    if count % 8 != 0 {
      var bits: UInt8 = 0
      for index in groups * 8..<count where unsafe values[index] { bits |= 1 << UInt8(index & 7) }
      unsafe target.storeBytes(of: bits, toByteOffset: groups, as: UInt8.self)
    }
    advance(by: (count + 7) / 8)
  }

  /// FIXED_LEN_BYTE_ARRAY decimals: the low `width` bytes, big-endian.
  mutating func appendPlain(fixed values: UnsafePointer<Int128>, count: Int, width: Int) {
    let target = unsafe reserve(count * width + 16)
    let unused = UInt128(8 * (16 - width))
    for index in 0..<count {
      let shifted = unsafe UInt128(bitPattern: values[index]) &<< unused
      unsafe target.storeBytes(of: shifted.bigEndian, toByteOffset: index * width, as: UInt128.self)
    }
    advance(by: count * width)
  }

  /// BYTE_ARRAY: each with its length before it.
  mutating func appendPlain(byteArrays values: ByteArrayView, count: Int) {
    for index in 0..<count {
      append(littleEndian: UInt32(truncatingIfNeeded: unsafe values.length(index)))
      unsafe append(values.slice(index))
    }
  }

  /// The bytes of the values one after the other. Neighbours that lie together are copied together.
  mutating func appendBytes(of values: ByteArrayView, count: Int) {
    var index = 0
    while index < count {
      let start = unsafe values.starts[index]
      var end = unsafe values.ends[index]
      index += 1
      while unsafe index < count && values.starts[index] == end {
        end = unsafe values.ends[index]
        index += 1
      }
      unsafe append(UnsafeRawBufferPointer(start: values.bytes + Int(start), count: Int(end - start)))
    }
  }
}
