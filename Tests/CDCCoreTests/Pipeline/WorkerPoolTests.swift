import Foundation
import Testing

@testable import CDCCore

@Suite struct WorkerPoolTests {
  @Test func workRunsSideBySideWhileTheCooperativePoolStaysFree() async throws {
    let pool = WorkerPool(threads: 4)
    let started = ContinuousClock.now
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask(executorPreference: pool) { block(seconds: 0.2) }
      }
      // Hops of other tasks go on meanwhile, on any machine with at least one cooperative thread.
      for _ in 0..<100 { await Task.yield() }
      #expect(ContinuousClock.now - started < .milliseconds(190))
      await group.waitForAll()
    }
    #expect(ContinuousClock.now - started < .milliseconds(600))
    withExtendedLifetime(pool) {}
  }
}

private func block(seconds: Double) { Thread.sleep(forTimeInterval: seconds) }
