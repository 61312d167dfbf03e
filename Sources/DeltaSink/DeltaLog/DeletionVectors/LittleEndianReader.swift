/// Bounds-checked loads from a byte array, for the Roaring format.
struct LittleEndianReader {
  let bytes: ArraySlice<UInt8>
  private(set) var position: Int

  struct OutOfBytes: Error {}

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var remaining: Int { bytes.endIndex - position }

  mutating func take(_ count: Int) throws(OutOfBytes) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else { throw OutOfBytes() }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type = T.self) throws(OutOfBytes)
    -> T
  {
    let source = try take(MemoryLayout<T>.size)
    var value: T = 0
    for byte in source.reversed() { value = value << 8 | T(byte) }
    return value
  }

  /// `count` of them, one after the other; nothing is allocated where they are not all there.
  mutating func integers<T: FixedWidthInteger & UnsignedInteger>(_ count: Int) throws(OutOfBytes) -> [T] {
    let width = MemoryLayout<T>.size
    guard count >= 0, count <= remaining / width else { throw OutOfBytes() }
    var values: [T] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try integer()) }
    return values
  }
}

extension [UInt8] {
  mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    var rest = value
    for _ in 0..<value.bitWidth / 8 {
      append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  mutating func appendBigEndian(_ value: UInt32) { appendLittleEndian(value.byteSwapped) }
}
