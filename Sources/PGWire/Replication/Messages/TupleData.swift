/// TupleData: the values of one row, read one after the other out of the message's own bytes.

/// One value of a row: where its bytes lie in the message. Nothing is copied.
package struct TupleValue: Sendable, Hashable {
  package enum Kind: UInt8, Sendable, Hashable {
    case null = 0x6E  // n
    /// An unchanged TOAST value, which the message does not carry.
    case unchanged = 0x75  // u
    case text = 0x74  // t
    case binary = 0x62  // b
  }

  package var kind: Kind
  /// Where the bytes begin, and how many there are: none for `null` and `unchanged`.
  package var start: Int
  package var count: Int

  @inline(__always)
  package init(kind: Kind, start: Int, count: Int) {
    self.kind = kind
    self.start = start
    self.count = count
  }

  @inline(__always)
  package var range: Range<Int> { unsafe Range(uncheckedBounds: (start, start &+ count)) }
}

extension RawSpan {
  /// How many columns the tuple has.
  @inline(__always)
  package func readColumnCount(at offset: inout Int) throws(MalformedBytes) -> Int {
    Int(try readUInt16(at: &offset))
  }

  @inline(__always)
  package func readTupleValue(at offset: inout Int) throws(MalformedBytes) -> TupleValue {
    guard let kind = TupleValue.Kind(rawValue: try readUInt8(at: &offset)) else {
      throw MalformedBytes(.invalid, at: offset &- 1)
    }
    switch kind {
    case .null, .unchanged: return TupleValue(kind: kind, start: offset, count: 0)
    case .text, .binary:
      let count = Int(try readInt32(at: &offset))
      return TupleValue(kind: kind, start: try skip(count, at: &offset), count: count)
    }
  }

  /// Passes a whole tuple; returns where it begins.
  @inline(__always)
  package func skipTuple(at offset: inout Int) throws(MalformedBytes) -> Int {
    let start = offset
    for _ in 0..<(try readColumnCount(at: &offset)) { _ = try readTupleValue(at: &offset) }
    return start
  }
}
