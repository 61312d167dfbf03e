import Synchronization

/// Decouples the stages of the pipeline: elements pass in order, and what waits between two stages is
/// bounded by its cost in bytes, not by its number.
///
/// Any number of senders and receivers. An element that costs more than the whole capacity passes when nothing
/// else waits. An end reaches every party, those that wait included.
final class BoundedChannel<Element: Sendable>: Sendable {
  private struct State {
    var queue: [(element: Element, cost: Int)] = []
    var head = 0
    var cost = 0
    var end: Result<Void, any Error>?
    var senders: [Waiter] = []
    var receivers: [Waiter] = []
    var nextID = 0
  }

  private struct Waiter {
    let id: Int
    let continuation: CheckedContinuation<Void, Never>
  }

  private let capacity: Int
  private let state = Mutex(State())

  init(capacity: Int) { self.capacity = capacity }

  /// Suspends while the channel is full. Throws what `finish` was given, or `CancellationError`.
  func send(_ element: Element, cost: Int) async throws {
    while true {
      try Task.checkCancellation()
      let isSent = try state.withLock { state in
        if let end = state.end {
          try end.get()
          throw CancellationError()
        }
        guard state.cost == 0 || state.cost + cost <= capacity else { return false }
        state.queue.append((element, cost))
        state.cost += cost
        wakeAll(&state.receivers)
        return true
      }
      if isSent { return }
      await wait(\.senders) { state in
        state.end == nil && state.cost != 0 && state.cost + cost > self.capacity
      }
    }
  }

  /// The next element; nil after `finish`, once all elements have been taken.
  func next() async throws -> Element? {
    while true {
      try Task.checkCancellation()
      let taken = try state.withLock { state -> Element?? in
        guard state.head == state.queue.count else { return .some(take(&state)) }
        guard let end = state.end else { return nil }
        try end.get()
        return .some(nil)
      }
      if let taken { return taken }
      await wait(\.receivers) { state in state.end == nil && state.head == state.queue.count }
    }
  }

  /// No more elements come. Receivers get what waits, then the error if there is one.
  func finish(throwing error: (any Error)? = nil) {
    state.withLock { state in
      guard state.end == nil else { return }
      end(&state, error)
    }
  }

  /// Drops what waits: every party gets the error now.
  func abandon(throwing error: any Error) {
    state.withLock { state in
      state.queue.removeAll()
      state.head = 0
      state.cost = 0
      end(&state, error)
    }
  }

  private func end(_ state: inout State, _ error: (any Error)?) {
    state.end = error.map { .failure($0) } ?? .success(())
    wakeAll(&state.senders)
    wakeAll(&state.receivers)
  }

  private func take(_ state: inout State) -> Element {
    let (element, cost) = state.queue[state.head]
    state.head += 1
    state.cost -= cost
    if state.head == state.queue.count || state.head > 64 {
      state.queue.removeFirst(state.head)
      state.head = 0
    }
    wakeAll(&state.senders)
    return element
  }

  private func wait(
    _ list: any WritableKeyPath<State, [Waiter]> & Sendable,
    while mustWait: @Sendable (borrowing State) -> Bool
  ) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { state in
          guard mustWait(state), !Task.isCancelled else { return false }
          state[keyPath: list].append(Waiter(id: id, continuation: continuation))
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        state[keyPath: list].firstIndex { $0.id == id }.map { state[keyPath: list].remove(at: $0) }
      }
      waiter?.continuation.resume()
    }
  }

  private func wakeAll(_ list: inout [Waiter]) {
    for waiter in list { waiter.continuation.resume() }
    list.removeAll()
  }
}
