import Testing

@testable import PGWire

@Suite struct StatusReporterTests {
  private func keepalive(_ end: UInt64) throws -> PrimaryKeepalive {
    var bytes: [UInt8] = []
    bytes.appendBigEndian(end)
    bytes.appendBigEndian(UInt64(0))
    bytes.append(0)
    var offset = 0
    return unsafe try PrimaryKeepalive(parsing: bytes.span.bytes, at: &offset)
  }

  @Test func nothingConfirmedIsSaidAsNothing() {
    var status = StatusReporter(start: .zero, interval: 1)
    status.received(LogSequenceNumber(500))
    let update = status.update(
      confirmed: .zero, pending: LogSequenceNumber(400), now: 1, isReplyRequested: false)
    #expect(update.flushed == .zero && update.applied == .zero)
    #expect(update.written == LogSequenceNumber(500))
  }

  /// A slot that is ahead of what was recorded could not be told from one that has lost changes.
  @Test func aKeepaliveIsNeverConfirmed() throws {
    var status = StatusReporter(start: LogSequenceNumber(100), interval: 1)
    try status.received(keepalive(900), isInTransaction: false)
    #expect(status.flushed(confirmed: .zero) == LogSequenceNumber(100))
    #expect(status.flushed(confirmed: LogSequenceNumber(300)) == LogSequenceNumber(300))
  }

  @Test func aKeepaliveIsAppliedWhereNothingIsPending() throws {
    var status = StatusReporter(start: LogSequenceNumber(100), interval: 1)
    try status.received(keepalive(900), isInTransaction: false)
    let (pending, confirmed) = (LogSequenceNumber(400), LogSequenceNumber(300))
    #expect(status.applied(confirmed: confirmed, pending: pending) == confirmed)
    #expect(status.applied(confirmed: pending, pending: pending) == LogSequenceNumber(900))
    #expect(status.applied(confirmed: .zero, pending: nil) == LogSequenceNumber(900))
  }

  @Test func aKeepaliveWithinATransactionMeansNothing() throws {
    var status = StatusReporter(start: .zero, interval: 1)
    try status.received(keepalive(900), isInTransaction: true)
    #expect(status.applied(confirmed: .zero, pending: nil) == .zero)
  }

  @Test func whatWasToldNeverFalls() {
    var status = StatusReporter(start: .zero, interval: 1)
    _ = status.update(confirmed: LogSequenceNumber(700), pending: nil, now: 1, isReplyRequested: false)
    #expect(status.flushed(confirmed: LogSequenceNumber(600)).rawValue == 700)
  }

  @Test func aRaisedPositionIsDueSoonerThanTheInterval() throws {
    var status = StatusReporter(start: .zero, interval: 10_000_000_000)
    _ = status.update(confirmed: LogSequenceNumber(1), pending: nil, now: 1000, isReplyRequested: false)
    #expect(status.deadline(confirmed: LogSequenceNumber(1), pending: nil) == 10_000_001_000)
    #expect(status.deadline(confirmed: LogSequenceNumber(2), pending: nil) < 1_000_000_000)
    try status.received(keepalive(900), isInTransaction: false)
    #expect(status.deadline(confirmed: LogSequenceNumber(1), pending: nil) == 1_000_001_000)
  }

  @Test func aServerThatAsksOverAndOverIsStopping() throws {
    var stop = ServerStop(walSenderTimeout: 60_000)
    for request in 0..<4 {
      #expect(!stop.isFound)
      stop.answered(try keepalive(900), now: Int64(request))
    }
    #expect(stop.isFound)
  }

  @Test func aServerThatAsksNowAndThenIsNot() throws {
    var stop = ServerStop(walSenderTimeout: 1000)
    for request in 0..<100 { stop.answered(try keepalive(900), now: Int64(request) * 500_000_000) }
    for request in 0..<100 { stop.answered(try keepalive(UInt64(request)), now: Int64(request)) }
    #expect(!stop.isFound)
  }

  @Test func anUpdateHas34Bytes() {
    let update = StandbyStatusUpdate(
      written: LogSequenceNumber(1), flushed: LogSequenceNumber(2), applied: LogSequenceNumber(3),
      clock: 946_684_800_000_004, isReplyRequested: true)
    #expect(
      update.bytes == [
        0x72, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4,
        1,
      ])
  }
}
