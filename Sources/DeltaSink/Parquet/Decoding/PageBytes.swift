// The bytes a decoder reads, with a position that never passes their end.

/// Points into a page. `FileInput.padding` bytes (or `ByteBuffer.slack`) behind the end are readable too, so
/// that bit unpacking may load whole words. Valid as long as the page's owner.
@unsafe
struct PageBytes {
  private(set) var position: UnsafeRawPointer
  /// How many bytes are left.
  private(set) var count: Int

  init(_ start: UnsafeRawPointer, count: Int) {
    unsafe position = start
    unsafe self.count = count
  }

  /// The next bytes, passed over.
  mutating func take(_ length: Int) throws(ParquetFormatError) -> PageBytes {
    guard length >= 0, unsafe length <= count else { throw .corrupt("a page ends too early") }
    defer {
      unsafe position += length
      unsafe count -= length
    }
    return unsafe PageBytes(position, count: length)
  }

  mutating func byte() throws(ParquetFormatError) -> UInt8 {
    try unsafe take(1).position.load(as: UInt8.self)
  }

  mutating func uint32() throws(ParquetFormatError) -> Int {
    let bytes = try unsafe take(4)
    return unsafe Int(UInt32(littleEndian: bytes.position.loadUnaligned(as: UInt32.self)))
  }

  /// ULEB128 of at most 64 bits.
  mutating func varint() throws(ParquetFormatError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try unsafe byte()
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
      guard shift < 64 else { throw .corrupt("a varint is too long") }
    }
  }

  mutating func zigzag() throws(ParquetFormatError) -> Int64 {
    let value = try unsafe varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }
}
