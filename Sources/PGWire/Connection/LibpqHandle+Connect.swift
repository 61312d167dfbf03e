internal import CLibpq

/// Connecting without blocking, so that it can be cancelled and has a deadline. Source: PostgreSQL manual, "PQconnectStartParams".
///
/// libpq leaves timeouts to who calls it in this way: of several hosts it would try one that does not answer for as long
/// as TCP does. As in its other functions, each host has the time that `connect_timeout` gives.
extension LibpqHandle {
  func connect(_ settings: ConnectionSettings) throws {
    var parameters = settings.parameters
    while try !isConnected(parameters, within: settings.timeout.nanoseconds) {
      guard let others = otherHosts() else {
        throw PostgresError(
          .timeout, "\(settings.redacted) did not answer within \(settings.timeout.components.seconds) s",
          operation: "connecting to PostgreSQL")
      }
      parameters.merge(others) { _, other in other }
    }
    unsafe PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
    guard unsafe PQsetnonblocking(connection, 1) == 0 else { throw failure("connecting") }
    noteEstablished()
  }

  /// False where a host has not answered in time.
  private func isConnected(_ parameters: [String: String], within timeout: Int64) throws -> Bool {
    unsafe adopt(startConnecting(parameters.map { ($0.key, $0.value) }))
    guard unsafe connection != nil else { throw PostgresError(.system, "libpq is out of memory") }
    unsafe PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    if unsafe PQstatus(connection) == CONNECTION_BAD { throw connectFailure() }

    var status = PGRES_POLLING_WRITING
    var host = currentHost
    var deadline = monotonicNanoseconds() &+ timeout
    while status != PGRES_POLLING_OK {
      let readiness = try wait(
        forReading: status == PGRES_POLLING_READING, forWriting: status == PGRES_POLLING_WRITING,
        deadline: deadline)
      if monotonicNanoseconds() >= deadline { return false }
      if !readiness.isReadable && !readiness.isWritable { continue }
      status = unsafe PQconnectPoll(connection)
      if status == PGRES_POLLING_FAILED { throw connectFailure() }
      if currentHost != host {
        host = currentHost
        deadline = monotonicNanoseconds() &+ timeout
      }
    }
    return true
  }

  /// The one that libpq is at.
  private var currentHost: [String] {
    let parts = unsafe [PQhost(connection), PQport(connection)]
    return unsafe parts.map { unsafe $0.map { unsafe String(cString: $0) } ?? "" }
  }

  /// The lists of hosts and ports without the one that libpq is at; nil where there is no other.
  private func otherHosts() -> [String: String]? {
    var lists: [String: [Substring]] = [:]
    let options = unsafe PQconninfo(connection)
    defer { unsafe PQconninfoFree(options) }
    var option = unsafe options
    while let keyword = unsafe option?.pointee.keyword {
      let name = unsafe String(cString: keyword)
      if ["host", "hostaddr", "port"].contains(name), let value = unsafe option?.pointee.val {
        lists[name] = unsafe String(cString: value).split(separator: ",", omittingEmptySubsequences: false)
      }
      unsafe option = unsafe option?.advanced(by: 1)
    }
    let (names, addresses) = (lists["host"] ?? [], lists["hostaddr"] ?? [])
    let count = max(names.count, addresses.count)
    let current = currentHost
    let index = (0..<count).first { index in
      let name = names.indices.contains(index) && !names[index].isEmpty ? names[index] : nil
      let ports = lists["port"] ?? []
      let port = ports.count == count ? ports[index] : nil
      return name ?? (addresses.indices.contains(index) ? addresses[index] : "") == current[0]
        && port ?? current[1][...] == current[1][...]
    }
    guard count > 1, let index else { return nil }
    return lists.mapValues { list in
      var list = list
      if list.count == count { list.remove(at: index) }
      return list.joined(separator: ",")
    }
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
