internal import CLibpq

/// COPY in both directions, without blocking in libpq. Source: PostgreSQL manual, "Functions Associated with the COPY Command".
extension LibpqHandle {
  func startCopy(_ sql: String, direction: Activity, operation: String) throws {
    do {
      try send(sql, operation: operation)
      guard let result = try nextResult(operation) else {
        throw PostgresError(.protocolViolation, "the server gave no answer", operation: operation)
      }
      let expected =
        switch direction {
        case .copyOut: PGRES_COPY_OUT
        case .copyIn: PGRES_COPY_IN
        default: PGRES_COPY_BOTH
        }
      guard result.status == expected else {
        let error =
          result.status == PGRES_FATAL_ERROR
          ? result.error(operation)
          : PostgresError(.unsupported, "the command is not the COPY expected", operation: operation)
        cancelAndDrain()
        throw error
      }
      activity = direction
    } catch is CancellationError {
      cancelAndDrain()
      throw CancellationError()
    }
  }

  /// Hands each message of a COPY OUT to `handler` until it wants to pause (true) or the copy has ended (false).
  /// A handler that throws ends the copy.
  @inline(__always)
  func copyRows<Handler: CopyOutHandler>(into handler: inout Handler, operation: String) throws -> Bool {
    guard activity == .copyOut else { return false }
    let connection = unsafe try openConnection()
    do {
      while true {
        var row: UnsafeMutablePointer<CChar>?
        let count = Int(unsafe PQgetCopyData(connection, &row, 1))
        if count > 0 {
          defer { unsafe PQfreemem(row) }
          let bytes = unsafe UnsafeRawBufferPointer(start: row, count: count)
          if unsafe try handler.receive(bytes.bytes) == .pause { return true }
        } else if count == 0 {
          let readiness = try wait()
          if readiness.isReadable { try consumeInput(operation) }
        } else if count == -1 {
          activity = .idle
          try expectCompletion(operation)
          return false
        } else {
          throw failure(operation)
        }
      }
    } catch {
      if activity == .copyOut { cancelAndDrain() }
      throw error
    }
  }

  /// Sends one chunk of a COPY IN.
  func putCopyData(_ chunk: borrowing RawSpan, operation: String) throws {
    guard activity == .copyIn else {
      throw PostgresError(.connectionClosed, "no COPY is under way", operation: operation)
    }
    while true {
      let status = unsafe chunk.withUnsafeBytes { bytes in
        unsafe PQputCopyData(
          connection, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count))
      }
      if status < 0 { throw failure(operation) }
      // Zero means that the queue is full; a status of 1 queues everything.
      if status == 1 { break }
      try flush(operation)
    }
    try flush(operation)
  }

  /// Ends a COPY IN: with `reason` the server rolls it back.
  func endCopyIn(failing reason: String? = nil, operation: String) throws -> QueryResult {
    while true {
      let status = unsafe PQputCopyEnd(connection, reason)
      if status < 0 { throw failure(operation) }
      if status == 1 { break }
      try flush(operation)
    }
    try flush(operation)
    activity = .idle
    return try expectCompletion(operation)
  }

  /// Collects what follows a COPY: its command tag or its error.
  @discardableResult
  func expectCompletion(_ operation: String) throws -> QueryResult {
    var last = QueryResult(columns: [], rows: [], commandTag: "")
    var error: PostgresError?
    while let result = try nextResult(operation) {
      if result.status == PGRES_COMMAND_OK || result.status == PGRES_TUPLES_OK {
        last = result.queryResult()
      } else if error == nil {
        error = result.error(operation)
      }
    }
    if let error {
      if unsafe PQstatus(connection) == CONNECTION_BAD { activity = .broken }
      throw error
    }
    return last
  }
}

/// What reads the messages of a COPY … TO STDOUT. The message is borrowed: it is gone when `receive` returns.
package protocol CopyOutHandler: Sendable {
  /// Takes one message: in the binary format a row (the first message begins with the header, the last is
  /// the trailer), in the text formats a line.
  mutating func receive(_ message: RawSpan) throws -> CopySignal
}

package enum CopySignal: Sendable { case next, pause }
