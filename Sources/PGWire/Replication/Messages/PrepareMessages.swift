/// Begin Prepare, Prepare, Commit Prepared, Rollback Prepared, Stream Prepare: two-phase commit (protocol 3 and later).

/// Byte1('b')
package struct BeginPrepareMessage: Sendable, Hashable {
  package var prepareLSN: LogSequenceNumber
  package var endLSN: LogSequenceNumber
  /// Microseconds since 1970-01-01T00:00:00Z, as all times here.
  package var prepareTime: Int64
  package var xid: UInt32
  package var gid: String

  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    prepareLSN = try span.readLSN(at: &offset)
    endLSN = try span.readLSN(at: &offset)
    prepareTime = try span.readTimestamp(at: &offset)
    xid = try span.readUInt32(at: &offset)
    gid = try span.text(span.readCString(at: &offset))
  }
}

/// Byte1('P') and Byte1('p'): Prepare and Stream Prepare have the same fields.
package struct PrepareMessage: Sendable, Hashable {
  package var flags: UInt8
  package var prepared: BeginPrepareMessage

  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    flags = try span.readUInt8(at: &offset)
    prepared = try BeginPrepareMessage(parsing: span, at: &offset)
  }
}

/// Byte1('K')
package struct CommitPreparedMessage: Sendable, Hashable {
  package var commit: CommitMessage
  package var xid: UInt32
  package var gid: String

  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    commit = try CommitMessage(parsing: span, at: &offset)
    xid = try span.readUInt32(at: &offset)
    gid = try span.text(span.readCString(at: &offset))
  }
}

/// Byte1('r')
package struct RollbackPreparedMessage: Sendable, Hashable {
  package var flags: UInt8
  package var prepareEndLSN: LogSequenceNumber
  package var rollbackEndLSN: LogSequenceNumber
  package var prepareTime: Int64
  package var rollbackTime: Int64
  package var xid: UInt32
  package var gid: String

  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    flags = try span.readUInt8(at: &offset)
    prepareEndLSN = try span.readLSN(at: &offset)
    rollbackEndLSN = try span.readLSN(at: &offset)
    prepareTime = try span.readTimestamp(at: &offset)
    rollbackTime = try span.readTimestamp(at: &offset)
    xid = try span.readUInt32(at: &offset)
    gid = try span.text(span.readCString(at: &offset))
  }
}
