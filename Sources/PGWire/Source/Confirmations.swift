import CDCCore
internal import Synchronization

/// What is durable at the destination, told by any thread, read by the replication stream.
final class Confirmations: Sendable {
  private struct State {
    var position = LSN.zero
    var wake: (@Sendable (LSN) -> Void)?
  }

  private let state = Mutex(State())

  var position: LSN { state.withLock { $0.position } }

  /// Positions only grow.
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
