internal import CLibpq

/// Sending a command and collecting its results without blocking in libpq. Source: PostgreSQL manual, "Asynchronous
/// Command Processing".
extension LibpqHandle {
  /// Runs a command to its end; the last result counts, the first error is thrown.
  func run(_ sql: String, parameters: [String?] = [], operation: String) throws -> QueryResult {
    _ = unsafe try idleConnection()
    do {
      try send(sql, parameters: parameters, operation: operation)
      return try collect(operation)
    } catch is CancellationError {
      cancelAndDrain()
      throw CancellationError()
    }
  }

  func send(_ sql: String, parameters: [String?] = [], operation: String) throws {
    let connection = unsafe try idleConnection()
    let isSent: Int32
    if parameters.isEmpty {
      isSent = unsafe PQsendQuery(connection, sql)
    } else {
      guard parameters.count <= 65535 else {
        throw PostgresError(.unsupported, "a command takes at most 65535 parameters", operation: operation)
      }
      let values = CStringArray(parameters)
      isSent = unsafe values.withPointers {
        unsafe PQsendQueryParams(connection, sql, Int32(parameters.count), nil, $0, nil, nil, 0)
      }
    }
    guard isSent == 1 else { throw failure(operation) }
    try flush(operation)
  }

  /// The next result of the command under way; nil when it has none left.
  func nextResult(
    _ operation: String, deadline: Int64 = .max, isCancellable: Bool = true
  ) throws -> LibpqResult? {
    let connection = unsafe try openConnection()
    while unsafe PQisBusy(connection) == 1 {
      let readiness = try wait(deadline: deadline, isCancellable: isCancellable)
      if readiness.isReadable { try consumeInput(operation) }
      if monotonicNanoseconds() >= deadline {
        throw PostgresError(.timeout, "the server did not answer in time", operation: operation)
      }
    }
    return unsafe PQgetResult(connection).map { unsafe LibpqResult($0) }
  }

  private func collect(_ operation: String) throws -> QueryResult {
    var last = QueryResult(columns: [], rows: [], commandTag: "")
    var error: PostgresError?
    while let result = try nextResult(operation) {
      switch result.status {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = result.queryResult()
      case PGRES_COPY_OUT, PGRES_COPY_IN, PGRES_COPY_BOTH:
        cancelAndDrain()
        throw PostgresError(
          .unsupported, "a COPY or a replication stream cannot be run as a query", operation: operation)
      default: if error == nil { error = result.error(operation) }
      }
    }
    if let error {
      if unsafe PQstatus(connection) == CONNECTION_BAD { activity = .broken }
      throw error
    }
    return last
  }

  /// Asks the server to stop what it is doing and throws away what still comes, for at most five seconds;
  /// a connection that cannot be brought to rest by then is given up.
  func cancelAndDrain() {
    requestCancel()
    let deadline = monotonicNanoseconds() &+ 5_000_000_000
    do {
      while let result = try nextResult("cancelling", deadline: deadline, isCancellable: false) {
        switch result.status {
        case PGRES_COPY_OUT, PGRES_COPY_BOTH: try discardCopyData(deadline: deadline)
        case PGRES_COPY_IN: unsafe PQputCopyEnd(connection, "cancelled")
        default: break
        }
      }
      activity = .idle
    } catch {
      activity = .broken
    }
    if unsafe PQstatus(connection) == CONNECTION_BAD { activity = .broken }
  }

  private func discardCopyData(deadline: Int64) throws {
    while true {
      var row: UnsafeMutablePointer<CChar>?
      let count = unsafe PQgetCopyData(connection, &row, 1)
      unsafe PQfreemem(row)
      if count < 0 { return }
      if count > 0 { continue }
      let readiness = try wait(deadline: deadline, isCancellable: false)
      if readiness.isReadable { try consumeInput("cancelling") }
      if monotonicNanoseconds() >= deadline { throw PostgresError(.timeout, "the copy does not end") }
    }
  }

  /// Sends a cancel request over a connection of its own. PQcancel blocks, for as long as TCP tries where the
  /// network is gone, so it has a thread that may outlive this connection.
  private func requestCancel() {
    guard let cancel = unsafe PQgetCancel(connection) else { return }
    let address = UInt(bitPattern: cancel)
    let request: @Sendable () -> Void = {
      let cancel = unsafe OpaquePointer(bitPattern: address)
      var message = [CChar](repeating: 0, count: 256)
      unsafe PQcancel(cancel, &message, 256)
      unsafe PQfreeCancel(cancel)
    }
    do { try startThread(request) } catch { unsafe PQfreeCancel(cancel) }
  }
}

/// The owner of a `PGresult`.
@safe
struct LibpqResult: ~Copyable {
  private let result: OpaquePointer

  init(_ result: OpaquePointer) { unsafe self.result = unsafe result }
  deinit { unsafe PQclear(result) }

  var status: ExecStatusType { unsafe PQresultStatus(result) }

  func error(_ operation: String) -> PostgresError {
    if let error = unsafe PostgresError(result: result, operation: operation) { return error }
    let message = unsafe PQresultErrorMessage(result).map { unsafe String(cString: $0) } ?? ""
    return PostgresError(
      .connectionLost, message.isEmpty ? "the connection to the server was lost" : message,
      operation: operation)
  }

  func queryResult() -> QueryResult {
    let columns = unsafe PQnfields(result)
    let rows = unsafe PQntuples(result)
    var names: [String] = []
    for column in 0..<columns {
      names.append(unsafe PQfname(result, column).map { unsafe String(cString: $0) } ?? "")
    }
    var values: [[String?]] = []
    values.reserveCapacity(Int(rows))
    for row in 0..<rows {
      values.append(
        (0..<columns).map { column in
          if unsafe PQgetisnull(result, row, column) == 1 { return nil }
          return unsafe PQgetvalue(result, row, column).map { unsafe String(cString: $0) }
        })
    }
    let tag = unsafe PQcmdStatus(result).map { unsafe String(cString: $0) } ?? ""
    return QueryResult(columns: names, rows: values, commandTag: tag)
  }
}
