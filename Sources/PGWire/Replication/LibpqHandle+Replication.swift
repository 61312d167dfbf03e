internal import CLibpq

/// The sending side of COPY BOTH. Source: PostgreSQL manual, "Streaming Replication Protocol".
extension LibpqHandle {
  /// Queues bytes (none: only what is already queued) and sends what the socket takes now; true where some is left.
  func sendStatus(_ bytes: [UInt8]) throws(PostgresError) -> Bool {
    let operation = "sending a status update"
    if !bytes.isEmpty {
      let status = unsafe bytes.withUnsafeBytes { buffer in
        unsafe PQputCopyData(
          connection, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
      }
      if status < 0 { throw failure(operation) }
    }
    switch unsafe PQflush(connection) {
    case 0: return false
    case 1: return true
    default: throw failure(operation)
    }
  }

  /// Ends the copy on both sides. What the server still sends is thrown away; not cancellable.
  func endReplication(deadline: Int64) throws {
    let operation = "ending the replication stream"
    guard unsafe PQputCopyEnd(connection, nil) == 1 else { throw failure(operation) }
    try flush(operation, deadline: deadline, isCancellable: false)
    while true {
      var message: UnsafeMutablePointer<CChar>?
      let count = unsafe PQgetCopyData(connection, &message, 1)
      unsafe PQfreemem(message)
      if count == -1 { break }
      if count < -1 { throw failure(operation) }
      if count == 0 {
        let readiness = try wait(deadline: deadline, isCancellable: false)
        if readiness.isReadable { try consumeInput(operation) }
      }
      if monotonicNanoseconds() >= deadline {
        throw PostgresError(.timeout, "the server is still sending", operation: operation)
      }
    }
    while let result = try nextResult(operation, deadline: deadline, isCancellable: false) {
      if result.status == PGRES_FATAL_ERROR { throw result.error(operation) }
    }
    activity = .idle
  }
}
