package import Logging
internal import Synchronization

/// A slot being read: hands messages to a handler, keeps the connection alive whatever the handler's owner does,
/// and tells the server how far it may forget.
///
/// Runs on its connection's thread. Between two calls of `receive` that thread sends what the server must hear.
package actor ReplicationStream {
  package nonisolated let options: ReplicationOptions
  private nonisolated let executor: ConnectionExecutor
  nonisolated let handle: LibpqHandle
  private nonisolated let confirmedPosition: Atomic<UInt64>
  /// Milliseconds; 0 where the server never gives up.
  nonisolated let walSenderTimeout: Int
  /// Nanoseconds without a byte from the server after which it counts as gone.
  nonisolated let silenceLimit: Int64

  var status: StatusReporter
  var spool: StreamSpool
  var isInTransaction = false
  /// Data messages so far, those included that wait in the spool for their transaction's commit.
  package internal(set) var messageCount = 0
  /// The handler's `pendingPosition` when `receive` last returned.
  var pendingPosition: LogSequenceNumber?
  /// When the server was last heard of, not counting the time in which nobody called `receive`, and whether it was asked
  /// since.
  var lastHeard: Int64
  private var leftAt: Int64
  var isReplyAwaited = false
  var hasUnsentOutput = false
  var stop: ServerStop
  private var hasEnded = false

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(_ connection: PostgresConnection, options: ReplicationOptions, server: Int, walSenderTimeout: Int) {
    executor = connection.executor
    handle = connection.handle
    self.options = options
    self.walSenderTimeout = walSenderTimeout
    silenceLimit = options.silenceLimit(walSenderTimeout: walSenderTimeout)
    confirmedPosition = Atomic(options.start.rawValue)
    let timeout = walSenderTimeout > 0 ? Int64(walSenderTimeout) * 1_000_000 / 4 : Int64.max
    status = StatusReporter(
      start: options.start, interval: max(min(options.statusInterval.nanoseconds, timeout), 10_000_000))
    stop = ServerStop(walSenderTimeout: walSenderTimeout)
    spool = StreamSpool(budget: options.spoolMemory, directory: options.spoolDirectory)
    lastHeard = monotonicNanoseconds()
    leftAt = lastHeard
  }

  /// Opens the stream on a connection of its own for the time that `body` takes, then ends it: the last confirmed
  /// position is told, the slot freed.
  ///
  /// The connection cannot be kept for a second stream: a walsender ends that at once, without an error.
  package static func with<Result>(
    _ settings: ConnectionSettings, _ options: ReplicationOptions,
    logger: Logger = Logger(label: "postgres"), isolation: isolated (any Actor)? = #isolation,
    _ body: (ReplicationStream) async throws -> Result
  ) async throws -> Result {
    let connection = try await PostgresConnection.connectForReplication(settings, logger: logger)
    let stream: ReplicationStream
    do { stream = try await connection.startReplication(options) } catch {
      await connection.close()
      throw error
    }
    await stream.keepAlive()
    do {
      let result = try await body(stream)
      await stream.finish()
      return result
    } catch {
      await stream.finish()
      throw error
    }
  }

  /// Everything that commits before `position` is durable. Cheap, from any thread; falls never.
  package nonisolated func confirm(_ position: LogSequenceNumber) {
    let (old, new) = confirmedPosition.max(position.rawValue, ordering: .relaxed)
    if new > old { handle.wakeUp.signal() }
  }

  package nonisolated var confirmed: LogSequenceNumber {
    LogSequenceNumber(confirmedPosition.load(ordering: .relaxed))
  }

  /// Hands messages to `handler` until it wants to pause (`.paused`), or the server has ended the stream (`.ended`).
  package func receive<Handler: ReplicationHandler>(
    into handler: inout Handler
  ) async throws -> ReplicationPause {
    if hasEnded { return .ended }
    lastHeard &+= monotonicNanoseconds() &- leftAt
    return try await withTaskCancellationHandler {
      assertIsolated()
      defer {
        pendingPosition = handler.pendingPosition
        leftAt = monotonicNanoseconds()
      }
      do {
        let pause = try run(&handler)
        if pause == .ended { hasEnded = true }
        return pause
      } catch let error as MalformedBytes {
        throw PostgresError(
          .protocolViolation, "the replication stream of slot \(options.slot) cannot be decoded",
          operation: "reading changes", underlying: error)
      }
    } onCancel: {
      handle.wakeUp.signal()
    }
  }

  /// Whether the server has sent something that nobody has taken yet.
  package func hasInput() throws -> Bool { try handle.wait(deadline: 0).isReadable }

  /// Sends what is due while nobody calls `receive`: on the connection's own thread, not by a task, which would wait
  /// for a shared one while those are busy encoding.
  private func keepAlive() {
    let eighth = walSenderTimeout > 0 ? Int64(walSenderTimeout) * 1_000_000 / 8 : Int64.max
    executor.whenIdle(every: min(eighth, 250_000_000)) { [weak self] in
      self?.assumeIsolated { stream in
        // A connection that broke is found broken by the next `receive`.
        try? stream.reportIfDue(pending: stream.pendingPosition)
      }
    }
  }

  /// The last status, the CopyDone handshake, and what the server still sends thrown away; a server that is in the
  /// middle of a large transaction is not waited for.
  private func finish() {
    hasEnded = true
    executor.whenIdle(nil)
    defer { handle.finish() }
    guard handle.activity == .replication else { return }
    do {
      try report(pending: pendingPosition)
      try handle.endReplication(deadline: monotonicNanoseconds() &+ 2_000_000_000)
    } catch {
      handle.logger.debug("the replication stream did not end in good order", metadata: ["error": "\(error)"])
    }
  }
}

package enum ReplicationPause: Sendable, Hashable {
  /// The handler paused.
  case paused
  /// The server has ended the stream, or wants to: it shuts down.
  case ended
}

extension PostgresConnection {
  func startReplication(_ options: ReplicationOptions) async throws -> ReplicationStream {
    let timeout = try await query(
      "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'wal_sender_timeout'")
    let server = serverVersion
    let stream = ReplicationStream(
      self, options: options, server: server, walSenderTimeout: timeout.scalar.flatMap { Int($0) } ?? 60_000)
    let command = options.startCommand(server: server)
    try await cancellable {
      try $0.startCopy(command, direction: .replication, operation: "starting to stream slot \(options.slot)")
    }
    return stream
  }
}

extension Duration {
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : whole &+ attoseconds / 1_000_000_000
  }
}
