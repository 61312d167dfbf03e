// Cutting long strings down to bounds: statistics need not hold a value, only lie below or above all of them.

enum TruncatedBound {
  /// A lower bound of at most `limit` bytes, and whether it is the value itself.
  static func lower(_ value: UnsafeRawBufferPointer, limit: Int, isText: Bool) -> ([UInt8], isExact: Bool) {
    if value.count <= limit { return (unsafe Array(value), true) }
    return (unsafe Array(value[0..<boundary(value, limit, isText)]), false)
  }

  /// An upper bound of at most `limit` bytes: cut off and rounded up. The value itself where nothing greater
  /// can be made of its beginning.
  static func upper(_ value: UnsafeRawBufferPointer, limit: Int, isText: Bool) -> ([UInt8], isExact: Bool) {
    if value.count <= limit { return (unsafe Array(value), true) }
    var cut = unsafe Array(value[0..<boundary(value, limit, isText)])
    if isText ? incrementLastScalar(&cut) : incrementLastByte(&cut) { return (cut, false) }
    return (unsafe Array(value), true)
  }

  /// The last position at or before `limit` where a UTF-8 character begins.
  private static func boundary(_ value: UnsafeRawBufferPointer, _ limit: Int, _ isText: Bool) -> Int {
    guard isText else { return limit }
    var position = limit
    while position > 0, unsafe value[position] & 0xC0 == 0x80 { position -= 1 }
    return position > 0 ? position : limit
  }

  private static func incrementLastByte(_ bytes: inout [UInt8]) -> Bool {
    while let last = bytes.popLast() {
      if last < 0xFF {
        bytes.append(last + 1)
        return true
      }
    }
    return false
  }

  /// UTF-8 sorts like code points, so the next code point is the next greater string; what follows is
  /// dropped.
  private static func incrementLastScalar(_ bytes: inout [UInt8]) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return incrementLastByte(&bytes) }
    var scalars = Array(text.unicodeScalars)
    while let last = scalars.popLast() {
      let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
      if let greater = Unicode.Scalar(next) {
        var result = String.UnicodeScalarView(scalars)
        result.append(greater)
        bytes = Array(String(result).utf8)
        return true
      }
    }
    return false
  }
}
