/// The byte layer: reading big-endian values out of borrowed wire bytes, each length checked before it is loaded.
///
/// A `RawSpan` with an `inout Int` cursor: the pair reaches the speed of unsafe pointers with bounds checks on. Every
/// function either moves the cursor past what it has read or throws and leaves it alone; none traps, whatever
/// the bytes are, as long as the cursor began within the span.

/// Wire bytes that are not what the protocol says they must be.
package struct MalformedBytes: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Reason: String, Sendable, Hashable {
    case truncated = "the bytes end too early"
    case unterminated = "a string has no end"
    case invalid = "a value is not one the protocol knows"
    case surplus = "bytes are left over"
  }

  package var reason: Reason
  /// Where in the message, in bytes.
  package var offset: Int

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  package var description: String { "\(reason.rawValue) (at byte \(offset))" }
}

extension RawSpan {
  /// Moves the cursor past `count` bytes and returns where they begin.
  @inline(__always)
  package func skip(_ count: Int, at offset: inout Int) throws(MalformedBytes) -> Int {
    guard count >= 0, byteCount &- offset >= count else { throw MalformedBytes(.truncated, at: offset) }
    let start = offset
    offset = start &+ count
    return start
  }

  @inline(__always)
  package func readUInt8(at offset: inout Int) throws(MalformedBytes) -> UInt8 {
    guard byteCount &- offset >= 1 else { throw MalformedBytes(.truncated, at: offset) }
    let value = unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    offset &+= 1
    return value
  }

  @inline(__always)
  package func readInt16(at offset: inout Int) throws(MalformedBytes) -> Int16 {
    guard byteCount &- offset >= 2 else { throw MalformedBytes(.truncated, at: offset) }
    let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Int16.self)
    offset &+= 2
    return Int16(bigEndian: value)
  }

  @inline(__always)
  package func readInt32(at offset: inout Int) throws(MalformedBytes) -> Int32 {
    guard byteCount &- offset >= 4 else { throw MalformedBytes(.truncated, at: offset) }
    let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Int32.self)
    offset &+= 4
    return Int32(bigEndian: value)
  }

  @inline(__always)
  package func readInt64(at offset: inout Int) throws(MalformedBytes) -> Int64 {
    guard byteCount &- offset >= 8 else { throw MalformedBytes(.truncated, at: offset) }
    let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Int64.self)
    offset &+= 8
    return Int64(bigEndian: value)
  }

  @inline(__always)
  package func readUInt16(at offset: inout Int) throws(MalformedBytes) -> UInt16 {
    UInt16(bitPattern: try readInt16(at: &offset))
  }

  @inline(__always)
  package func readUInt32(at offset: inout Int) throws(MalformedBytes) -> UInt32 {
    UInt32(bitPattern: try readInt32(at: &offset))
  }

  @inline(__always)
  package func readUInt64(at offset: inout Int) throws(MalformedBytes) -> UInt64 {
    UInt64(bitPattern: try readInt64(at: &offset))
  }

  /// The byte at `offset`, which stays where it is.
  @inline(__always)
  package func peekUInt8(at offset: Int) throws(MalformedBytes) -> UInt8 {
    guard byteCount &- offset >= 1 else { throw MalformedBytes(.truncated, at: offset) }
    return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// The range of a zero-terminated string, without its zero, which the cursor passes too.
  @inline(__always)
  package func readCString(at offset: inout Int) throws(MalformedBytes) -> Range<Int> {
    var end = offset
    while end < byteCount {
      if unsafe unsafeLoad(fromByteOffset: end, as: UInt8.self) == 0 {
        let range = offset..<end
        offset = end &+ 1
        return range
      }
      end &+= 1
    }
    throw MalformedBytes(.unterminated, at: offset)
  }

  /// The bytes of `range` as text; what is not UTF-8 becomes U+FFFD. Not for hot loops.
  package func text(_ range: Range<Int>) throws(MalformedBytes) -> String {
    String(decoding: try bytes(range), as: UTF8.self)
  }

  /// A copy of the bytes of `range`. Not for hot loops.
  package func bytes(_ range: Range<Int>) throws(MalformedBytes) -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else {
      throw MalformedBytes(.truncated, at: range.lowerBound)
    }
    return unsafe extracting(range).withUnsafeBytes { unsafe Array($0) }
  }

  /// Throws unless the cursor has reached the end.
  @inline(__always)
  package func expectEnd(at offset: Int) throws(MalformedBytes) {
    guard offset == byteCount else { throw MalformedBytes(.surplus, at: offset) }
  }
}
