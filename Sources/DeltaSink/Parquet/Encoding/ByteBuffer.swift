// The byte writer of the encoders: memory that grows, is reused from page to page, and always has slack
// behind its end, so that bit packing may store whole words.

/// Owns its memory. `count` bytes are written; `reserve` says where the next go.
@safe
struct ByteBuffer: ~Copyable {
  /// What a store may run over the bytes asked for.
  static let slack = 64

  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 4096) {
    self.capacity = capacity
    unsafe base = .allocate(byteCount: capacity + Self.slack, alignment: 64)
  }

  deinit { unsafe base.deallocate() }

  /// The bytes written so far; valid until the next append.
  var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

  mutating func removeAll() { count = 0 }

  /// Room for `byteCount` bytes (and slack) behind the end. What is written there counts after
  /// `advance(by:)`.
  @inline(__always)
  mutating func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer {
    if count + byteCount > capacity { grow(to: count + byteCount) }
    return unsafe base + count
  }

  @inline(__always)
  mutating func advance(by byteCount: Int) {
    assert(count + byteCount <= capacity)
    count += byteCount
  }

  mutating func append(_ byte: UInt8) {
    unsafe reserve(1).storeBytes(of: byte, as: UInt8.self)
    count += 1
  }

  mutating func append(_ source: UnsafeRawBufferPointer) {
    guard let start = source.baseAddress, source.count > 0 else { return }
    unsafe reserve(source.count).copyMemory(from: start, byteCount: source.count)
    count += source.count
  }

  mutating func append(_ source: [UInt8]) { unsafe source.withUnsafeBytes { unsafe append($0) } }

  /// Four bytes, least significant first.
  mutating func append(littleEndian value: UInt32) {
    unsafe reserve(4).storeBytes(of: value.littleEndian, as: UInt32.self)
    count += 4
  }

  /// Writes over four bytes that are there already.
  mutating func replace(at offset: Int, littleEndian value: UInt32) {
    precondition(offset >= 0 && offset + 4 <= count)
    unsafe (base + offset).storeBytes(of: value.littleEndian, as: UInt32.self)
  }

  /// ULEB128
  mutating func append(varint value: UInt64) {
    var rest = value
    let start = unsafe reserve(10)
    var length = 0
    while rest >= 0x80 {
      unsafe start.storeBytes(
        of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: length, as: UInt8.self)
      rest >>= 7
      length += 1
    }
    unsafe start.storeBytes(of: UInt8(rest), toByteOffset: length, as: UInt8.self)
    count += length + 1
  }

  private mutating func grow(to needed: Int) {
    let larger = max(needed, capacity * 2)
    let fresh = UnsafeMutableRawPointer.allocate(byteCount: larger + Self.slack, alignment: 64)
    unsafe fresh.copyMemory(from: base, byteCount: count)
    unsafe base.deallocate()
    unsafe base = fresh
    capacity = larger
  }
}
