internal import CLibpq

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The reading loop: drain what libpq has, wait for more, say in time that we live.
extension ReplicationStream {
  func run<Handler: ReplicationHandler>(_ handler: inout Handler) throws -> ReplicationPause {
    guard handle.activity == .replication else {
      throw PostgresError(.connectionClosed, "the replication stream has ended")
    }
    let connection = unsafe try handle.openConnection()
    var untilCheck = 1024
    var isDrained = false
    while true {
      if spool.isReplaying {
        let signal = try spool.replayStep(into: &handler, limit: 512)
        if signal == .pause { return .paused }
        lastHeard = monotonicNanoseconds()
        if try checkTime(&handler) == .pause { return .paused }
        continue
      }
      var message: UnsafeMutablePointer<CChar>?
      let count = Int(unsafe PQgetCopyData(connection, &message, 1))
      if count > 0 {
        isDrained = false
        defer { unsafe PQfreemem(message) }
        let bytes = unsafe UnsafeRawBufferPointer(start: message, count: count)
        if unsafe try take(bytes.bytes, &handler) == .pause { return stop.isFound ? .ended : .paused }
        untilCheck &-= 1
        if untilCheck == 0 {
          untilCheck = 1024
          if try checkTime(&handler) == .pause { return .paused }
        }
      } else if count == 0 {
        if handle.buffersInput, !isDrained {
          // What lies in the buffers of the encryption wakes nobody.
          isDrained = true
          try read(handle.wait(deadline: 0), always: true)
          continue
        }
        isDrained = false
        if try waitForInput(&handler) == .pause { return .paused }
      } else if count == -1 {
        handle.activity = .idle
        try handle.expectCompletion("reading changes")
        return .ended
      } else {
        throw handle.failure("reading changes")
      }
    }
  }

  @inline(__always)
  private func take<Handler: ReplicationHandler>(
    _ message: RawSpan, _ handler: inout Handler
  ) throws -> ReplicationSignal {
    var offset = 1
    switch try message.peekUInt8(at: 0) {
    case XLogData.identifier:
      let header = try XLogData(parsing: message, at: &offset)
      status.received(header.start)
      messageCount &+= 1
      let payload = message.extracting(XLogData.headerSize...)
      let type = try payload.peekUInt8(at: 0)
      if spool.isInBlock || StreamSpool.takes(type) {
        try spool.take(payload, at: header.start)
        return .next
      }
      if try spool.takeBehindRelations(payload, type: type, at: header.start) { return .next }
      switch type {
      case MessageType.begin.rawValue, MessageType.beginPrepare.rawValue: isInTransaction = true
      case MessageType.commit.rawValue, MessageType.prepare.rawValue: isInTransaction = false
      default: break
      }
      return try handler.receive(payload, at: header.start)
    case PrimaryKeepalive.identifier:
      let keepalive = try PrimaryKeepalive(parsing: message, at: &offset)
      status.received(keepalive, isInTransaction: isInTransaction)
      isReplyAwaited = false
      if keepalive.isReplyRequested {
        try report(pending: handler.pendingPosition)
        stop.answered(keepalive, now: monotonicNanoseconds())
      }
      let signal = try handler.keepalive(walEnd: keepalive.walEnd)
      return stop.isFound ? .pause : signal
    default: throw MalformedBytes(.invalid, at: 0)
    }
  }

  /// Looks at the clock: status updates, the handler's deadline, cancellation.
  private func checkTime<Handler: ReplicationHandler>(_ handler: inout Handler) throws -> ReplicationSignal {
    if Task.isCancelled { throw CancellationError() }
    try reportIfDue(pending: handler.pendingPosition)
    return monotonicNanoseconds() >= handler.deadline ? try handler.deadlinePassed() : .next
  }

  /// Sleeps until the socket has more, someone wakes us or something is due; then reads without blocking.
  private func waitForInput<Handler: ReplicationHandler>(_ handler: inout Handler) throws -> ReplicationSignal
  {
    if try checkTime(&handler) == .pause { return .pause }
    var readiness = try handle.wait(deadline: 0)
    if !readiness.isReadable {
      let began = monotonicNanoseconds()
      let statusDeadline = status.deadline(confirmed: confirmed, pending: handler.pendingPosition)
      let deadline = min(statusDeadline, handler.deadline, try silenceDeadline(now: began))
      readiness = try handle.wait(forWriting: hasUnsentOutput, deadline: deadline)
      if readiness.isWritable { try flushOutput() }
      if readiness.isReadable { nap(waited: monotonicNanoseconds() &- began) }
    }
    try read(readiness)
    return .next
  }

  /// Reads what there is, without blocking. Only bytes that have come count as heard.
  private func read(_ readiness: LibpqHandle.Readiness, always: Bool = false) throws {
    if readiness.hasArrived { lastHeard = monotonicNanoseconds() }
    if readiness.isReadable || always { try handle.consumeInput("reading changes") }
  }

  /// On a busy stream the walsender writes message by message: reading each at once costs both sides a system call.
  /// A short wait that has just ended says that the stream is busy; on a quiet one nothing is delayed.
  private func nap(waited: Int64) {
    let nap = options.nap.nanoseconds
    guard nap > 0, waited < 1_000_000 else { return }
    var time = timespec(tv_sec: 0, tv_nsec: Int(min(nap, 900_000)))
    unsafe nanosleep(&time, nil)
  }

  /// When to ask a silent server whether it lives; throws when it did not answer in time.
  private func silenceDeadline(now: Int64) throws -> Int64 {
    let limit = silenceLimit
    if limit > 1 << 60 { return .max }
    let silence = now &- lastHeard
    if silence >= limit {
      handle.activity = .broken
      throw PostgresError(
        .connectionLost, "the server has been silent for \(limit / 1_000_000_000) s",
        operation: "reading changes")
    }
    if silence >= limit / 2, !isReplyAwaited {
      isReplyAwaited = true
      try report(pending: pendingPosition, isReplyRequested: true)
    }
    return lastHeard &+ (isReplyAwaited ? limit : limit / 2)
  }

  // MARK: Status updates

  func reportIfDue(pending: LogSequenceNumber?) throws {
    let deadline = status.deadline(confirmed: confirmed, pending: pending)
    if monotonicNanoseconds() >= deadline { try report(pending: pending) }
  }

  func report(pending: LogSequenceNumber?, isReplyRequested: Bool = false) throws {
    guard handle.activity == .replication else { return }
    let update = status.update(
      confirmed: confirmed, pending: pending, now: monotonicNanoseconds(),
      isReplyRequested: isReplyRequested)
    hasUnsentOutput = try handle.sendStatus(update.bytes)
  }

  private func flushOutput() throws {
    if hasUnsentOutput { hasUnsentOutput = try handle.sendStatus([]) }
  }
}
