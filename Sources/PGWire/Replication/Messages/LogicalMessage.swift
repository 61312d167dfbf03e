/// Byte1('M'): what `pg_logical_emit_message` wrote. A view: the content lies in the message.
package struct LogicalMessage: Sendable, Hashable {
  package var xid: UInt32?
  /// False: written and sent whatever becomes of the transaction.
  package var isTransactional: Bool
  package var lsn: LogSequenceNumber
  package var prefix: String
  package var content: Range<Int>

  package init(
    parsing span: borrowing RawSpan, at offset: inout Int, isStreamed: Bool = false
  ) throws(MalformedBytes) {
    xid = isStreamed ? try span.readUInt32(at: &offset) : nil
    isTransactional = try span.readUInt8(at: &offset) & 1 != 0
    lsn = try span.readLSN(at: &offset)
    prefix = try span.text(span.readCString(at: &offset))
    let count = Int(try span.readInt32(at: &offset))
    let start = try span.skip(count, at: &offset)
    content = start..<(start + count)
  }
}
