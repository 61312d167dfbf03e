/// Begin, Commit, Origin. Every `init(parsing:at:)` expects the cursor after the type byte and leaves it at the end.

/// Byte1('B')
package struct BeginMessage: Sendable, Hashable {
  /// Where the commit record begins: equal to `CommitMessage.commitLSN`.
  package var finalLSN: LogSequenceNumber
  /// Microseconds since 1970-01-01T00:00:00Z.
  package var commitTime: Int64
  package var xid: UInt32

  @inline(__always)
  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    finalLSN = try span.readLSN(at: &offset)
    commitTime = try span.readTimestamp(at: &offset)
    xid = try span.readUInt32(at: &offset)
  }
}

/// Byte1('C')
package struct CommitMessage: Sendable, Hashable {
  package var flags: UInt8
  /// Where the commit record begins.
  package var commitLSN: LogSequenceNumber
  /// Where it ends: what may be confirmed once the transaction is durable.
  package var endLSN: LogSequenceNumber
  /// Microseconds since 1970-01-01T00:00:00Z.
  package var commitTime: Int64

  @inline(__always)
  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    flags = try span.readUInt8(at: &offset)
    commitLSN = try span.readLSN(at: &offset)
    endLSN = try span.readLSN(at: &offset)
    commitTime = try span.readTimestamp(at: &offset)
  }
}

/// Byte1('O'): where a transaction that was itself replicated comes from.
package struct OriginMessage: Sendable, Hashable {
  /// Of the commit on the origin server.
  package var commitLSN: LogSequenceNumber
  package var name: String

  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    commitLSN = try span.readLSN(at: &offset)
    name = try span.text(span.readCString(at: &offset))
  }
}
