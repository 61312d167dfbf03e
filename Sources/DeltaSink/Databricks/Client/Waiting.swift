internal import Synchronization

/// Work that is not given up where the one who waits for it is cancelled.
extension Task where Failure == any Error {
  /// The value; a cancelled caller stops waiting at once, the work itself goes on.
  func valueUnlessCancelled() async throws -> Success {
    let first = FirstResult<Success>()
    Task<Void, Never> { first.resume(with: await self.result) }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { first.wait($0) }
    } onCancel: {
      first.resume(with: .failure(_Concurrency.CancellationError()))
    }
  }
}

extension Task where Success == Void, Failure == Never {
  /// Until the work is done, but no longer than that; also in a task that is cancelled already.
  func wait(atMost limit: Duration) async {
    let first = FirstResult<Void>()
    let clock = Task {
      try? await Task<Never, Never>.sleep(for: limit)
      first.resume(with: .success(()))
    }
    Task {
      await self.value
      first.resume(with: .success(()))
    }
    try? await withCheckedThrowingContinuation { first.wait($0) }
    clock.cancel()
  }
}

/// Hands over the first of two results, whichever side comes first.
private final class FirstResult<Value: Sendable>: Sendable {
  private enum State {
    case empty
    case waiting(CheckedContinuation<Value, any Error>)
    case ready(Result<Value, any Error>)
    case done
  }

  private let state = Mutex(State.empty)

  func wait(_ continuation: CheckedContinuation<Value, any Error>) {
    let result: Result<Value, any Error>? = state.withLock { state in
      if case .ready(let result) = state {
        state = .done
        return result
      }
      state = .waiting(continuation)
      return nil
    }
    if let result { continuation.resume(with: result) }
  }

  func resume(with result: Result<Value, any Error>) {
    let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
      switch state {
      case .empty: state = .ready(result)
      case .waiting(let continuation):
        state = .done
        return continuation
      case .ready, .done: break
      }
      return nil
    }
    continuation?.resume(with: result)
  }
}
