/// Stream Start, Stop, Commit, Abort: blocks of transactions that are still in progress (protocol 2 and later).

/// Byte1('S')
package struct StreamStartMessage: Sendable, Hashable {
  package var xid: UInt32
  package var isFirstSegment: Bool

  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    xid = try span.readUInt32(at: &offset)
    isFirstSegment = try span.readUInt8(at: &offset) == 1
  }
}

/// Byte1('c')
package struct StreamCommitMessage: Sendable, Hashable {
  package var xid: UInt32
  package var commit: CommitMessage

  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    xid = try span.readUInt32(at: &offset)
    commit = try CommitMessage(parsing: span, at: &offset)
  }
}

/// Byte1('A')
package struct StreamAbortMessage: Sendable, Hashable {
  package var xid: UInt32
  /// Equal to `xid` where the whole transaction aborted.
  package var subtransactionXid: UInt32
  /// Only with parallel streaming (protocol 4).
  package var abortLSN: LogSequenceNumber?
  /// Only with parallel streaming; microseconds since 1970-01-01T00:00:00Z.
  package var abortTime: Int64?

  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    xid = try span.readUInt32(at: &offset)
    subtransactionXid = try span.readUInt32(at: &offset)
    if offset < span.byteCount {
      abortLSN = try span.readLSN(at: &offset)
      abortTime = try span.readTimestamp(at: &offset)
    }
  }
}
