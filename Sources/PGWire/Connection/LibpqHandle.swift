internal import CLibpq
internal import Logging

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The owner of a `PGconn`: everything that touches libpq goes through here, on the connection's own thread.
///
/// Unchecked Sendable: the actors that share a handle run on the same `ConnectionExecutor`, which is what libpq asks for
/// ("no two threads attempt to manipulate the same PGconn object at the same time"). The connection is in
/// non-blocking mode; all waiting happens in `wait`, which a cancelled task leaves within a moment.
@safe
final class LibpqHandle: @unchecked Sendable {
  let wakeUp: WakeUp
  let logger: Logger
  private(set) var connection: OpaquePointer?
  /// What occupies the connection.
  var activity = Activity.idle
  private(set) var usesTLS = false
  /// TLS or GSS encryption: bytes that have come may lie in its buffers, where poll() does not see them.
  private(set) var buffersInput = false
  /// The connection broke while reading.
  private var inputFailure: PostgresError?

  enum Activity { case idle, copyOut, copyIn, replication, broken, closed }

  init(logger: Logger) throws(PostgresError) {
    wakeUp = try WakeUp()
    self.logger = logger
  }

  deinit { unsafe PQfinish(connection) }

  /// Takes a connection in place of one that could not be made.
  func adopt(_ connection: OpaquePointer?) {
    unsafe PQfinish(self.connection)
    unsafe self.connection = unsafe connection
    unsafe PQsetNoticeReceiver(connection, logNotice, Unmanaged.passUnretained(self).toOpaque())
  }

  func noteEstablished() {
    usesTLS = unsafe PQsslInUse(connection) == 1
    buffersInput = unsafe usesTLS || PQgssEncInUse(connection) == 1
  }

  func finish() {
    unsafe PQfinish(connection)
    unsafe connection = nil
    activity = .closed
  }

  /// The connection, if nothing occupies it.
  func idleConnection() throws(PostgresError) -> OpaquePointer {
    switch activity {
    case .idle: return unsafe try openConnection()
    case .copyOut, .copyIn, .replication:
      throw PostgresError(
        .connectionBusy, "the connection is still occupied by a COPY or a replication stream")
    case .broken, .closed: throw PostgresError(.connectionClosed, "the connection is closed")
    }
  }

  func openConnection() throws(PostgresError) -> OpaquePointer {
    guard let connection = unsafe connection else {
      throw PostgresError(.connectionClosed, "the connection is closed")
    }
    return unsafe connection
  }

  /// What libpq last said, without its trailing newline.
  var lastMessage: String {
    let text = unsafe PQerrorMessage(connection).map { unsafe String(cString: $0) } ?? ""
    return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// After a call that failed: the connection broke, or libpq refused.
  func failure(_ operation: String) -> PostgresError {
    let message = lastMessage
    if unsafe PQstatus(connection) == CONNECTION_BAD {
      activity = .broken
      return PostgresError(
        .connectionLost, message.isEmpty ? "the connection to the server was lost" : message,
        operation: operation)
    }
    return PostgresError(.protocolViolation, message, operation: operation)
  }
}

extension LibpqHandle {
  struct Readiness {
    var isReadable = false
    /// Bytes have come: `isReadable` may be true without, where they could lie in a buffer.
    var hasArrived = false
    var isWritable = false
    /// Someone called `wakeUp.signal()`.
    var isWokenUp = false
    var hasTimedOut: Bool { !isReadable && !isWritable && !isWokenUp }
  }

  /// Sleeps until the socket is ready, `wakeUp` was signalled or `deadline` (monotonic nanoseconds) has passed.
  ///
  /// - Throws: `CancellationError` when the task is cancelled and `isCancellable`.
  func wait(
    forReading: Bool = true, forWriting: Bool = false, deadline: Int64 = .max, isCancellable: Bool = true
  ) throws -> Readiness {
    if isCancellable, Task.isCancelled { throw CancellationError() }
    if let inputFailure { throw inputFailure }
    var events: Int16 = 0
    if forReading { events |= Int16(POLLIN) }
    if forWriting { events |= Int16(POLLOUT) }
    var descriptors = (
      pollfd(fd: unsafe PQsocket(connection), events: events, revents: 0),
      pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
    )
    var timeout: Int32 = -1
    if deadline != .max {
      let left = max(0, deadline &- monotonicNanoseconds())
      timeout = Int32(clamping: (left &+ 999_999) / 1_000_000)
    }
    if buffersInput, timeout < 0 || timeout > 50 { timeout = 50 }
    let count = unsafe withUnsafeMutablePointer(to: &descriptors) { pointer in
      unsafe pointer.withMemoryRebound(to: pollfd.self, capacity: 2) { unsafe poll($0, 2, timeout) }
    }
    guard count >= 0 else {
      if errno == EINTR { return Readiness() }
      throw PostgresError.system("poll")
    }
    var readiness = Readiness()
    if descriptors.1.revents != 0 {
      wakeUp.clear()
      readiness.isWokenUp = true
      if isCancellable, Task.isCancelled { throw CancellationError() }
    }
    let trouble = descriptors.0.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0
    readiness.hasArrived = descriptors.0.revents & Int16(POLLIN) != 0
    readiness.isReadable = readiness.hasArrived || trouble || (buffersInput && count == 0 && timeout > 0)
    readiness.isWritable = descriptors.0.revents & Int16(POLLOUT) != 0 || trouble
    return readiness
  }

  /// Reads what the socket has, without blocking. Where the connection breaks, what came before may still hold the
  /// server's own reason: it is parsed first, and the next `wait` throws.
  func consumeInput(_ operation: String) throws(PostgresError) {
    if let inputFailure { throw inputFailure }
    if unsafe PQconsumeInput(connection) == 0 { inputFailure = failure(operation) }
  }

  /// Sends what libpq still holds back; waits until it has gone.
  func flush(_ operation: String, deadline: Int64 = .max, isCancellable: Bool = true) throws {
    while true {
      switch unsafe PQflush(connection) {
      case 0: return
      case 1:
        let readiness = try wait(forWriting: true, deadline: deadline, isCancellable: isCancellable)
        if readiness.hasTimedOut, monotonicNanoseconds() >= deadline {
          throw PostgresError(.timeout, "the server does not take what is sent", operation: operation)
        }
        // The server may be unable to read before we do: manual, "Asynchronous Command Processing".
        if readiness.isReadable { try consumeInput(operation) }
      default: throw failure(operation)
      }
    }
  }
}

private func logNotice(_ argument: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {
  guard let argument = unsafe argument else { return }
  let handle = unsafe Unmanaged<LibpqHandle>.fromOpaque(argument).takeUnretainedValue()
  guard let error = unsafe PostgresError(result: result) else { return }
  let metadata: Logger.Metadata = ["sqlstate": "\(error.sqlState ?? "")"]
  switch error.severity {
  case "WARNING": handle.logger.warning("\(error.message)", metadata: metadata)
  case "NOTICE", "INFO": handle.logger.info("\(error.message)", metadata: metadata)
  default: handle.logger.debug("\(error.message)", metadata: metadata)
  }
}
