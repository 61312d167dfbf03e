/// Decides what StandbyStatusUpdates say and when they are due.
struct StatusReporter {
  /// The end of what was received.
  private(set) var written: LogSequenceNumber
  /// Every transaction that commits before this was handed to the handler; from the last keepalive.
  private var idleEnd = LogSequenceNumber.zero
  private var lastFlushed: LogSequenceNumber
  private var lastApplied = LogSequenceNumber.zero
  private var lastSent: Int64 = 0
  private let interval: Int64
  /// Confirmed positions are told at most this often.
  private static let confirmationInterval: Int64 = 50_000_000
  /// Positions at which nothing happened.
  private static let idleInterval: Int64 = 1_000_000_000

  /// - Parameter interval: nanoseconds.
  init(start: LogSequenceNumber, interval: Int64) {
    written = start
    lastFlushed = start
    self.interval = interval
  }

  @inline(__always)
  mutating func received(_ position: LogSequenceNumber) {
    if position > written { written = position }
  }

  /// - Parameter isInTransaction: a transaction is being received; its commit lies behind `walEnd` all the same, but
  ///   nothing is lost by waiting for the next keepalive.
  mutating func received(_ keepalive: PrimaryKeepalive, isInTransaction: Bool) {
    received(keepalive.walEnd)
    if !isInTransaction && keepalive.walEnd > idleEnd { idleEnd = keepalive.walEnd }
  }

  /// What was confirmed, which the slot moves to. Never falls, never goes further on its own.
  func flushed(confirmed: LogSequenceNumber) -> LogSequenceNumber { max(lastFlushed, confirmed) }

  /// What needs no more work: where nothing waits to be confirmed, all that the server said it has sent. The server shows it
  /// (pg_stat_replication.replay_lsn) and does nothing else with it. Never falls.
  func applied(confirmed: LogSequenceNumber, pending: LogSequenceNumber?) -> LogSequenceNumber {
    let isSettled = pending.map { $0 <= confirmed } ?? true
    return max(lastApplied, flushed(confirmed: confirmed), isSettled ? idleEnd : .zero)
  }

  /// When the next update is due, if nothing else happens.
  func deadline(confirmed: LogSequenceNumber, pending: LogSequenceNumber?) -> Int64 {
    if flushed(confirmed: confirmed) > lastFlushed { return lastSent &+ Self.confirmationInterval }
    let isAhead = applied(confirmed: confirmed, pending: pending) > lastApplied
    return lastSent &+ (isAhead ? min(Self.idleInterval, interval) : interval)
  }

  mutating func update(
    confirmed: LogSequenceNumber, pending: LogSequenceNumber?, now: Int64, isReplyRequested: Bool
  ) -> StandbyStatusUpdate {
    lastSent = now
    lastFlushed = flushed(confirmed: confirmed)
    lastApplied = applied(confirmed: confirmed, pending: pending)
    return StandbyStatusUpdate(
      written: max(written, lastApplied), flushed: lastFlushed, applied: lastApplied,
      clock: wallClockMicroseconds(), isReplyRequested: isReplyRequested)
  }
}
