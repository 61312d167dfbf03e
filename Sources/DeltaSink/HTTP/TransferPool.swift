internal import Synchronization

/// Threads with a connection each, at most so many. The thread that became idle last works next: its
/// connection is the least likely to have been closed by the server.
final class TransferPool: Sendable {
  private let limit: Int
  private let state = Mutex(State())

  private struct State {
    var idle: [TransferThread] = []
    var count = 0
    var waiting: [Job] = []
    var running: [ObjectIdentifier: TransferThread] = [:]
    var isStopped = false
  }

  struct Job {
    let transfer: Transfer
    let continuation: CheckedContinuation<HTTPResponse, any Error>
    var id: ObjectIdentifier { ObjectIdentifier(transfer.cancellation) }
  }

  init(limit: Int) { self.limit = max(1, limit) }

  /// Runs the transfer on a thread of the pool. A cancelled task gets its `CancellationError` within moments, also
  /// when the server is silent.
  func run(_ transfer: Transfer) async throws -> HTTPResponse {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { submit(Job(transfer: transfer, continuation: $0)) }
    } onCancel: {
      cancel(transfer.cancellation)
    }
  }

  private func submit(_ job: Job) {
    let refusal: (any Error)? = state.withLock { state in
      if job.transfer.cancellation.isSet || state.isStopped { return CancellationError() }
      if let thread = state.idle.popLast() {
        state.running[job.id] = thread
        thread.give(job)
      } else if state.count < limit {
        do {
          let thread = try TransferThread(pool: self)
          try thread.start(job)
          state.running[job.id] = thread
          state.count += 1
        } catch { return error }
      } else {
        state.waiting.append(job)
      }
      return nil
    }
    if let refusal { job.continuation.resume(throwing: refusal) }
  }

  private func cancel(_ cancellation: Cancellation) {
    cancellation.set()
    let id = ObjectIdentifier(cancellation)
    let waiting: Job? = state.withLock { state in
      if let thread = state.running[id] { thread.wakeUp() }
      guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return nil }
      return state.waiting.remove(at: index)
    }
    waiting?.continuation.resume(throwing: CancellationError())
  }

  /// What the thread does next; nil where it is to wait.
  func nextJob(after job: Job, for thread: TransferThread) -> Job? {
    state.withLock { state in
      state.running[job.id] = nil
      guard !state.isStopped else { return nil }
      guard !state.waiting.isEmpty else {
        state.idle.append(thread)
        return nil
      }
      let next = state.waiting.removeFirst()
      state.running[next.id] = thread
      return next
    }
  }

  /// Ends the threads, and their connections, as soon as they are idle.
  func stop() {
    let threads = state.withLock { state in
      state.isStopped = true
      let threads = state.idle + state.running.values
      state.idle = []
      return threads
    }
    for thread in threads { thread.stop() }
  }
}
