/// Decides what StandbyStatusUpdates say and when they are due.
struct StatusReporter {
  /// The end of what was received.
  private(set) var written: LogSequenceNumber
  /// Every transaction that commits before this was handed to the handler; from the last keepalive.
  private var idleEnd = LogSequenceNumber.zero
  private var lastFlushed: LogSequenceNumber
  private var lastSent: Int64 = 0
  private let interval: Int64
  /// Confirmed positions are told at most this often.
  private static let confirmationInterval: Int64 = 50_000_000

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

  /// What may be called durable: what was confirmed, and where nothing waits to be confirmed, all that the server
  /// said it has sent. Never falls.
  func flushed(confirmed: LogSequenceNumber, pending: LogSequenceNumber?) -> LogSequenceNumber {
    let isSettled = pending.map { $0 <= confirmed } ?? true
    return max(lastFlushed, confirmed, isSettled ? idleEnd : .zero)
  }

  /// When the next update is due, if nothing else happens.
  func deadline(flushed: LogSequenceNumber) -> Int64 {
    lastSent &+ (flushed > lastFlushed ? Self.confirmationInterval : interval)
  }

  mutating func update(
    flushed: LogSequenceNumber, now: Int64, isReplyRequested: Bool
  ) -> StandbyStatusUpdate {
    lastSent = now
    lastFlushed = flushed
    return StandbyStatusUpdate(
      written: max(written, flushed), flushed: flushed, applied: flushed, clock: wallClockMicroseconds(),
      isReplyRequested: isReplyRequested)
  }
}
