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
    let flushed = status.flushed(confirmed: .zero, pending: LogSequenceNumber(400))
    let update = status.update(flushed: flushed, now: 1, isReplyRequested: false)
    #expect(update.flushed == .zero && update.applied == .zero)
    #expect(update.written == LogSequenceNumber(500))
  }

  @Test func aKeepaliveIsConfirmedOnlyWhereNothingIsPending() throws {
    var status = StatusReporter(start: LogSequenceNumber(100), interval: 1)
    try status.received(keepalive(900), isInTransaction: false)
    let (pending, confirmed) = (LogSequenceNumber(400), LogSequenceNumber(300))
    #expect(status.flushed(confirmed: confirmed, pending: pending) == confirmed)
    #expect(status.flushed(confirmed: pending, pending: pending) == LogSequenceNumber(900))
    #expect(status.flushed(confirmed: .zero, pending: nil) == LogSequenceNumber(900))
  }

  @Test func aKeepaliveWithinATransactionConfirmsNothing() throws {
    var status = StatusReporter(start: .zero, interval: 1)
    try status.received(keepalive(900), isInTransaction: true)
    #expect(status.flushed(confirmed: .zero, pending: nil) == .zero)
  }

  @Test func whatWasToldNeverFalls() {
    var status = StatusReporter(start: .zero, interval: 1)
    _ = status.update(flushed: LogSequenceNumber(700), now: 1, isReplyRequested: false)
    #expect(
      status.flushed(confirmed: LogSequenceNumber(600), pending: LogSequenceNumber(800)).rawValue == 700)
  }

  @Test func aRaisedPositionIsDueSoonerThanTheInterval() {
    var status = StatusReporter(start: .zero, interval: 10_000_000_000)
    _ = status.update(flushed: LogSequenceNumber(1), now: 1000, isReplyRequested: false)
    #expect(status.deadline(flushed: LogSequenceNumber(1)) == 10_000_001_000)
    #expect(status.deadline(flushed: LogSequenceNumber(2)) < 1_000_000_000)
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
