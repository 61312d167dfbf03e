/// Loads from wire bytes. Each is checked against the span's bounds, which traps: callers check lengths
/// first and throw.
extension RawSpan {
  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

  @inline(__always)
  func int16(_ offset: Int) -> Int16 {
    Int16(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Int16.self))
  }

  @inline(__always)
  func int32(_ offset: Int) -> Int32 {
    Int32(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Int32.self))
  }

  @inline(__always)
  func int64(_ offset: Int) -> Int64 {
    Int64(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Int64.self))
  }

  /// One NaN, as in text: a computed one may have its sign bit set.
  @inline(__always)
  func float(_ offset: Int) -> Float {
    let value = Float(bitPattern: UInt32(bitPattern: int32(offset)))
    return value == value ? value : .nan
  }

  /// Whether the bytes are exactly those of `text`.
  func equals(_ text: StaticString) -> Bool {
    guard byteCount == text.utf8CodeUnitCount else { return false }
    for offset in 0..<byteCount where unsafe text.utf8Start[offset] != byte(offset) { return false }
    return true
  }
}

extension [UInt8] {
  @inline(__always)
  mutating func append(_ field: RawSpan) {
    unsafe field.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }

  /// Two decimal digits.
  @inline(__always)
  mutating func append(twoDigits value: Int) {
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
  }

  /// In decimal, as many digits as it takes.
  mutating func append(decimal value: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let start = count
    var rest = value.magnitude
    repeat {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    self[start...].reverse()
  }

  /// In hexadecimal without leading zeros.
  mutating func append(hexadecimal value: UInt32, uppercase: Bool = false) {
    let digits: StaticString = uppercase ? "0123456789ABCDEF" : "0123456789abcdef"
    var shift = 28
    while shift > 0, value >> UInt32(shift) == 0 { shift -= 4 }
    while shift >= 0 {
      append(unsafe digits.utf8Start[Int(value >> UInt32(shift) & 15)])
      shift -= 4
    }
  }

  mutating func append(text: StaticString) {
    for offset in 0..<text.utf8CodeUnitCount { append(unsafe text.utf8Start[offset]) }
  }

  @inline(__always)
  mutating func append(hexByte value: UInt8) {
    append(hexDigit(value >> 4))
    append(hexDigit(value & 15))
  }
}

@inline(__always)
func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
}
