/// The first byte of every pgoutput message. Source: PostgreSQL manual, "Logical Replication Message Formats".
package enum MessageType: UInt8, Sendable, Hashable {
  case begin = 0x42  // B
  case commit = 0x43  // C
  case origin = 0x4F  // O
  case relation = 0x52  // R
  case type = 0x59  // Y
  case insert = 0x49  // I
  case update = 0x55  // U
  case delete = 0x44  // D
  case truncate = 0x54  // T
  case message = 0x4D  // M
  case streamStart = 0x53  // S
  case streamStop = 0x45  // E
  case streamCommit = 0x63  // c
  case streamAbort = 0x41  // A
  case beginPrepare = 0x62  // b
  case prepare = 0x50  // P
  case commitPrepared = 0x4B  // K
  case rollbackPrepared = 0x72  // r
  case streamPrepare = 0x70  // p

  /// Whether the message carries the transaction's xid after its type byte inside a streamed block.
  package var hasStreamXid: Bool {
    switch self {
    case .relation, .type, .insert, .update, .delete, .truncate, .message: true
    default: false
    }
  }
}

extension RawSpan {
  /// The type byte of a pgoutput message.
  @inline(__always)
  package func readMessageType(at offset: inout Int) throws(MalformedBytes) -> MessageType {
    guard let type = MessageType(rawValue: try peekUInt8(at: offset)) else {
      throw MalformedBytes(.invalid, at: offset)
    }
    offset &+= 1
    return type
  }

  @inline(__always)
  package func readLSN(at offset: inout Int) throws(MalformedBytes) -> LogSequenceNumber {
    LogSequenceNumber(try readUInt64(at: &offset))
  }

  /// A TimestampTz as microseconds since 1970-01-01T00:00:00Z; on the wire they count from 2000-01-01.
  @inline(__always)
  package func readTimestamp(at offset: inout Int) throws(MalformedBytes) -> Int64 {
    try readInt64(at: &offset) &+ 946_684_800_000_000
  }
}
