import Synchronization
import Testing

@testable import CDCCore

@Suite struct BoundedChannelTests {
  @Test func elementsPassInOrderAndTheEndComesAfterTheLast() async throws {
    let channel = BoundedChannel<Int>(capacity: 3)
    async let received = collect(channel)
    for number in 0..<200 { try await channel.send(number, cost: 1) }
    channel.finish()
    #expect(try await received == Array(0..<200))
  }

  @Test func aFullChannelHoldsItsSenderUntilSomethingIsTaken() async throws {
    let channel = BoundedChannel<Int>(capacity: 10)
    try await channel.send(1, cost: 10)
    let isSent = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await channel.send(2, cost: 1)
        isSent.raise()
      }
      try await Task.sleep(for: .milliseconds(50))
      #expect(!isSent.isRaised)
      #expect(try await channel.next() == 1)
      try await group.waitForAll()
    }
    #expect(try await channel.next() == 2)
  }

  @Test func anElementLargerThanTheCapacityPassesAlone() async throws {
    let channel = BoundedChannel<Int>(capacity: 10)
    try await channel.send(1, cost: 1_000)
    #expect(try await channel.next() == 1)
  }

  @Test func aFailureReachesWaitingSendersAndReceivers() async throws {
    let full = BoundedChannel<Int>(capacity: 1)
    try await full.send(1, cost: 1)
    let empty = BoundedChannel<Int>(capacity: 1)
    let sender = Task { try await full.send(2, cost: 1) }
    let receiver = Task { try await empty.next() }
    try await Task.sleep(for: .milliseconds(20))
    full.finish(throwing: Broken())
    empty.finish(throwing: Broken())
    await #expect(throws: Broken.self) { try await sender.value }
    await #expect(throws: Broken.self) { _ = try await receiver.value }
  }

  @Test func anErrorAtTheEndComesAfterWhatWasSentBefore() async throws {
    let channel = BoundedChannel<Int>(capacity: 5)
    try await channel.send(1, cost: 1)
    channel.finish(throwing: Broken())
    #expect(try await channel.next() == 1)
    await #expect(throws: Broken.self) { _ = try await channel.next() }
    await #expect(throws: Broken.self) { try await channel.send(2, cost: 1) }
  }

  @Test func abandoningDropsWhatWaits() async throws {
    let channel = BoundedChannel<Int>(capacity: 5)
    try await channel.send(1, cost: 1)
    channel.abandon(throwing: Broken())
    await #expect(throws: Broken.self) { _ = try await channel.next() }
  }

  @Test func cancellingAWaitingReceiverEndsItsWait() async throws {
    let channel = BoundedChannel<Int>(capacity: 1)
    let receiver = Task { try await channel.next() }
    try await Task.sleep(for: .milliseconds(20))
    receiver.cancel()
    await #expect(throws: CancellationError.self) { _ = try await receiver.value }
  }

  @Test func manySendersAndReceiversLoseNothing() async throws {
    let channel = BoundedChannel<Int>(capacity: 5)
    let total = try await withThrowingTaskGroup(of: Int.self) { receivers in
      for _ in 0..<3 { receivers.addTask { try await collect(channel).reduce(0, +) } }
      try await withThrowingTaskGroup(of: Void.self) { senders in
        for sender in 0..<4 {
          senders.addTask {
            for number in 0..<500 { try await channel.send(sender * 500 + number, cost: 1 + number % 4) }
          }
        }
        try await senders.waitForAll()
      }
      channel.finish()
      return try await receivers.reduce(0, +)
    }
    #expect(total == 1_999_000)
  }
}

private struct Broken: Error {}

private final class Flag: Sendable {
  private let state = Mutex(false)
  var isRaised: Bool { state.withLock { $0 } }
  func raise() { state.withLock { $0 = true } }
}

private func collect(_ channel: BoundedChannel<Int>) async throws -> [Int] {
  var received: [Int] = []
  while let number = try await channel.next() { received.append(number) }
  return received
}
