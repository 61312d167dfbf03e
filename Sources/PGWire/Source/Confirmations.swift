import CDCCore
internal import Synchronization

/// What is durable at the destination, told by any thread, read by the replication stream.
final class Confirmations: Sendable {
  private struct State {
    /// Where the stream began.
    var start = LSN.zero
    var position = LSN.zero
    var wake: (@Sendable (LSN) -> Void)?
  }

  private let state = Mutex(State())

  /// From where on a stream was read, and how far it was confirmed.
  var range: (start: LSN, end: LSN) { state.withLock { ($0.start, $0.position) } }

  /// A stream begins at the position of a checkpoint, which may be before that of an earlier one: of another log.
  func begin(at position: LSN) {
    state.withLock { ($0.start, $0.position) = (position, position) }
  }

  /// Within a stream positions only grow.
  func confirm(_ position: LSN) {
    let wake = state.withLock { state -> (@Sendable (LSN) -> Void)? in
      guard position > state.position else { return nil }
      state.position = position
      return state.wake
    }
    wake?(position)
  }

  /// Has `wake` called with each new position, until the next call.
  func onConfirm(_ wake: (@Sendable (LSN) -> Void)?) {
    state.withLock { $0.wake = wake }
  }
}
