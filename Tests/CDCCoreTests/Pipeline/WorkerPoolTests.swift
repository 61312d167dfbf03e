import Dispatch
import Testing

@testable import CDCCore

@Suite struct WorkerPoolTests {
  /// Each job blocks its thread until all four have begun and a task of the cooperative pool has let them go: on too
  /// few threads, or on the cooperative pool's own, this would never end.
  @Test(.timeLimit(.minutes(5)))
  func jobsThatBlockHoldUpNeitherEachOtherNorOtherTasks() async throws {
    let pool = try WorkerPool(threads: 4)
    let begun = DispatchSemaphore(value: 0)
    let released = DispatchSemaphore(value: 0)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask(executorPreference: pool) { block(signalling: begun, until: released) }
      }
      group.addTask {
        for _ in 0..<4 {
          while !isSignalled(begun) { await Task.yield() }
        }
        for _ in 0..<4 { released.signal() }
      }
    }
    withExtendedLifetime(pool) {}
  }
}

private func block(signalling begun: DispatchSemaphore, until released: DispatchSemaphore) {
  begun.signal()
  released.wait()
}

private func isSignalled(_ semaphore: DispatchSemaphore) -> Bool {
  semaphore.wait(timeout: .now()) == .success
}
