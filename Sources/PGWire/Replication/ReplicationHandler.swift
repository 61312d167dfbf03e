/// What takes the messages of a stream: called on the connection's thread, one message after the other, never
/// suspended. A generic parameter, so the compiler puts it into the reading loop.
package protocol ReplicationHandler: Sendable {
  /// Takes one pgoutput message, which is gone when the call returns. Transactions come whole and in commit order: a
  /// transaction that the server streamed in progress comes as Begin … Commit too, without xids in its messages.
  ///
  /// - Parameter position: where the message's record lies.
  mutating func receive(_ message: RawSpan, at position: LogSequenceNumber) throws -> ReplicationSignal

  /// Every transaction that commits before `walEnd` has been handed over.
  mutating func keepalive(walEnd: LogSequenceNumber) throws -> ReplicationSignal

  /// When `deadlinePassed` is to be called, on the clock of `ReplicationClock.now`; `.max`: never. Looked at
  /// whenever the stream waits, and about every thousand messages.
  var deadline: Int64 { get }
  mutating func deadlinePassed() throws -> ReplicationSignal

  /// The end of the last transaction taken that has to become durable before the server may forget it; nil where none
  /// was taken. Once it is confirmed, the server is told that what is behind it needs no work, and goes on keeping that.
  var pendingPosition: LogSequenceNumber? { get }
}

extension ReplicationHandler {
  package mutating func keepalive(walEnd: LogSequenceNumber) throws -> ReplicationSignal { .next }
  package var deadline: Int64 { .max }
  package mutating func deadlinePassed() throws -> ReplicationSignal { .next }
}

package enum ReplicationSignal: Sendable, Hashable {
  /// Goes on.
  case next
  /// `receive` returns: a batch is full. The connection is kept alive until it is called again.
  case pause
}

package enum ReplicationClock {
  /// Monotonic nanoseconds.
  package static var now: Int64 { monotonicNanoseconds() }
}
