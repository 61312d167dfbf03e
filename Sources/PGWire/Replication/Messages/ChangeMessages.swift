/// Insert, Update, Delete, Truncate. The row messages are views: they say where a tuple begins in the message, and
/// `readColumnCount` and `readTupleValue` walk it from there.

/// Which old row a change carries.
package enum OldTuple: UInt8, Sendable, Hashable {
  /// The columns of the replica identity; the others are null.
  case key = 0x4B  // K
  /// The whole row: REPLICA IDENTITY FULL.
  case full = 0x4F  // O
}

private let newTupleMark: UInt8 = 0x4E  // N

/// Byte1('I')
package struct InsertMessage: Sendable, Hashable {
  package var xid: UInt32?
  package var relation: UInt32
  /// Where the new row's tuple begins, up to the end of the message.
  package var newTuple: Int

  /// Leaves the cursor at the tuple.
  @inline(__always)
  package init(
    parsing span: borrowing RawSpan, at offset: inout Int, isStreamed: Bool = false
  ) throws(MalformedBytes) {
    xid = isStreamed ? try span.readUInt32(at: &offset) : nil
    relation = try span.readUInt32(at: &offset)
    guard try span.readUInt8(at: &offset) == newTupleMark else {
      throw MalformedBytes(.invalid, at: offset &- 1)
    }
    newTuple = offset
  }
}

/// Byte1('U')
package struct UpdateMessage: Sendable, Hashable {
  package var xid: UInt32?
  package var relation: UInt32
  /// What `oldTuple` holds; nil where the message has no old row.
  package var old: OldTuple?
  /// Where the old row's tuple begins; of no meaning where `old` is nil.
  package var oldTuple: Int
  package var newTuple: Int

  /// Leaves the cursor at the new tuple; the old one, if any, has been checked on the way.
  @inline(__always)
  package init(
    parsing span: borrowing RawSpan, at offset: inout Int, isStreamed: Bool = false
  ) throws(MalformedBytes) {
    xid = isStreamed ? try span.readUInt32(at: &offset) : nil
    relation = try span.readUInt32(at: &offset)
    oldTuple = 0
    var mark = try span.readUInt8(at: &offset)
    old = OldTuple(rawValue: mark)
    if old != nil {
      oldTuple = try span.skipTuple(at: &offset)
      mark = try span.readUInt8(at: &offset)
    }
    guard mark == newTupleMark else { throw MalformedBytes(.invalid, at: offset &- 1) }
    newTuple = offset
  }
}

/// Byte1('D')
package struct DeleteMessage: Sendable, Hashable {
  package var xid: UInt32?
  package var relation: UInt32
  package var old: OldTuple
  package var oldTuple: Int

  /// Leaves the cursor at the tuple.
  @inline(__always)
  package init(
    parsing span: borrowing RawSpan, at offset: inout Int, isStreamed: Bool = false
  ) throws(MalformedBytes) {
    xid = isStreamed ? try span.readUInt32(at: &offset) : nil
    relation = try span.readUInt32(at: &offset)
    guard let old = OldTuple(rawValue: try span.readUInt8(at: &offset)) else {
      throw MalformedBytes(.invalid, at: offset &- 1)
    }
    self.old = old
    oldTuple = offset
  }
}

/// Byte1('T')
package struct TruncateMessage: Sendable, Hashable {
  package var xid: UInt32?
  package var isCascade: Bool
  package var restartsIdentity: Bool
  package var relations: [UInt32]

  package init(
    parsing span: borrowing RawSpan, at offset: inout Int, isStreamed: Bool = false
  ) throws(MalformedBytes) {
    xid = isStreamed ? try span.readUInt32(at: &offset) : nil
    let count = try span.readInt32(at: &offset)
    let flags = try span.readUInt8(at: &offset)
    isCascade = flags & 1 != 0
    restartsIdentity = flags & 2 != 0
    guard count >= 0, Int(count) <= (span.byteCount - offset) / 4 else {
      throw MalformedBytes(.truncated, at: offset)
    }
    relations = []
    for _ in 0..<count { relations.append(try span.readUInt32(at: &offset)) }
  }
}
