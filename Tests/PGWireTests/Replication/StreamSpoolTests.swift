import PGWire
import Testing

@testable import PGWire

@Suite struct StreamSpoolTests {
  /// Feeds recorded messages as the reading loop would.
  private func replay(_ messages: [[UInt8]], budget: Int, limit: Int) throws -> RecordingHandler {
    var spool = StreamSpool(budget: budget, directory: nil)
    var handler = RecordingHandler()
    for message in messages {
      guard let type = message.first else { continue }
      if spool.isInBlock || StreamSpool.takes(type) {
        unsafe try spool.take(message.span.bytes, at: LogSequenceNumber(1))
        while spool.isReplaying { _ = try spool.replayStep(into: &handler, limit: limit) }
        #expect(spool.memoryUsed <= budget + 100)
      } else {
        _ = unsafe try handler.receive(message.span.bytes, at: LogSequenceNumber(1))
      }
    }
    return handler
  }

  @Test(arguments: [1 << 20, 5000, 1], [1, 7, 10_000])
  func aCommittedTransactionComesWholeHoweverItWasKept(budget: Int, limit: Int) throws {
    let handler = try replay(RecordedMessages("streamed-text-v2").messages, budget: budget, limit: limit)
    #expect(handler.inserted == (1...450).map(String.init))
    let letters = String(handler.messages.map(\.letter).filter { $0 != "I" })
    #expect(letters.first == "B" && letters.hasSuffix("UUC"))
    #expect(letters.filter { $0 == "B" }.count == 1)
    #expect(letters.contains("R"))
  }

  @Test func aStreamedPrepareComesAsAPlainOne() throws {
    let handler = try replay(RecordedMessages("prepared-text-v3").messages, budget: 100, limit: 100)
    #expect(String(handler.messages.map(\.letter).filter { $0 != "I" }) == "bRPKbRPr")
    #expect(handler.inserted == ["5000"] + (6001...6500).map(String.init))
  }

  @Test func anAbortFreesItsMemory() throws {
    let recorded = try RecordedMessages("streamed-binary-v3")
    var spool = StreamSpool(budget: 1 << 20, directory: nil)
    var handler = RecordingHandler()
    for message in recorded.messages {
      unsafe try spool.take(message.span.bytes, at: .zero)
      while spool.isReplaying { _ = try spool.replayStep(into: &handler, limit: 1000) }
    }
    #expect(spool.memoryUsed == 0)
    #expect(spool.transactionCount == 0)
  }

  @Test func mutatedStreamsNeverTrap() async throws {
    let recorded = try RecordedMessages("streamed-text-v2").messages
    var generator = SeededGenerator(state: 7)
    for _ in 0..<40 {
      await Task.yield()
      var messages = recorded
      for _ in 0..<4 {
        let index = Int(generator.next() % UInt64(messages.count))
        messages[index] = mutated(messages[index], by: &generator)
        messages.swapAt(index, Int(generator.next() % UInt64(messages.count)))
      }
      do { _ = try replay(messages, budget: 3000, limit: 100) } catch is MalformedBytes {}
    }
  }
}
