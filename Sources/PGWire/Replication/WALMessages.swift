/// What travels inside CopyData while a slot streams: XLogData and PrimaryKeepalive from the server, StandbyStatusUpdate
/// from the client. Source: PostgreSQL manual, "Streaming Replication Protocol".

/// Byte1('w'); the pgoutput message follows the header.
package struct XLogData: Sendable, Hashable {
  package static let identifier: UInt8 = 0x77
  package static let headerSize = 25

  /// Where the message's record lies; 0/0 for messages that have none of their own.
  package var start: LogSequenceNumber
  package var walEnd: LogSequenceNumber
  /// The server's clock, microseconds since 1970-01-01T00:00:00Z.
  package var sendTime: Int64

  @inline(__always)
  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    start = try span.readLSN(at: &offset)
    walEnd = try span.readLSN(at: &offset)
    sendTime = try span.readTimestamp(at: &offset)
  }
}

/// Byte1('k')
package struct PrimaryKeepalive: Sendable, Hashable {
  package static let identifier: UInt8 = 0x6B

  /// Every transaction that commits before this has been sent.
  package var walEnd: LogSequenceNumber
  /// The server's clock, microseconds since 1970-01-01T00:00:00Z.
  package var sendTime: Int64
  package var isReplyRequested: Bool

  package init(parsing span: borrowing RawSpan, at offset: inout Int) throws(MalformedBytes) {
    walEnd = try span.readLSN(at: &offset)
    sendTime = try span.readTimestamp(at: &offset)
    isReplyRequested = try span.readUInt8(at: &offset) != 0
    try span.expectEnd(at: offset)
  }
}

/// Byte1('r')
package struct StandbyStatusUpdate: Sendable, Hashable {
  /// Received.
  package var written: LogSequenceNumber
  /// Durable: the server forgets what commits before this. 0/0 says nothing (never "as far as written").
  package var flushed: LogSequenceNumber
  package var applied: LogSequenceNumber
  /// Microseconds since 1970-01-01T00:00:00Z.
  package var clock: Int64
  package var isReplyRequested: Bool

  package var bytes: [UInt8] {
    var bytes: [UInt8] = [0x72]
    bytes.reserveCapacity(34)
    for position in [written, flushed, applied] { bytes.appendBigEndian(position.rawValue) }
    bytes.appendBigEndian(UInt64(bitPattern: clock &- 946_684_800_000_000))
    bytes.append(isReplyRequested ? 1 : 0)
    return bytes
  }
}

extension [UInt8] {
  @inline(__always)
  mutating func appendBigEndian<Value: FixedWidthInteger>(_ value: Value) {
    unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
  }
}
