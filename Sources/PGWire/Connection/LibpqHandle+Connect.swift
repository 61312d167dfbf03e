internal import CLibpq

/// Connecting without blocking, so that it can be cancelled and has a deadline. Source: PostgreSQL manual, "PQconnectStartParams".
extension LibpqHandle {
  func connect(_ settings: ConnectionSettings) throws {
    let seconds = settings.timeout.components
    let deadline =
      monotonicNanoseconds() &+ seconds.seconds &* 1_000_000_000 &+ seconds.attoseconds / 1_000_000_000
    let parameters = settings.parameters.map { ($0.key, $0.value) }
    unsafe adopt(startConnecting(parameters))
    guard unsafe connection != nil else { throw PostgresError(.system, "libpq is out of memory") }
    unsafe PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    if unsafe PQstatus(connection) == CONNECTION_BAD { throw connectFailure() }

    var status = PGRES_POLLING_WRITING
    while status != PGRES_POLLING_OK {
      let readiness = try wait(
        forReading: status == PGRES_POLLING_READING, forWriting: status == PGRES_POLLING_WRITING,
        deadline: deadline)
      if monotonicNanoseconds() >= deadline {
        throw PostgresError(
          .timeout, "\(settings.redacted) did not answer within \(seconds.seconds) s",
          operation: "connecting to PostgreSQL")
      }
      if !readiness.isReadable && !readiness.isWritable { continue }
      status = unsafe PQconnectPoll(connection)
      if status == PGRES_POLLING_FAILED { throw connectFailure() }
    }
    unsafe PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
    guard unsafe PQsetnonblocking(connection, 1) == 0 else { throw failure("connecting") }
    noteEstablished()
  }

  private func connectFailure() -> PostgresError {
    activity = .broken
    return .connectFailure(lastMessage)
  }

  /// Key words and values as the two parallel, nil-terminated arrays that libpq takes.
  private func startConnecting(_ parameters: [(String, String)]) -> OpaquePointer? {
    let keywords = CStringArray(parameters.map(\.0))
    let values = CStringArray(parameters.map(\.1))
    return unsafe keywords.withPointers { keywords in
      unsafe values.withPointers { unsafe PQconnectStartParams(keywords, $0, 0) }
    }
  }
}
