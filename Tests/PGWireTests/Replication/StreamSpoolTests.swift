import PGWire
import TestSupport
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
        #expect(spool.memory <= budget + 100)
      } else if unsafe try spool.takeBehindRelations(
        message.span.bytes, type: type, at: LogSequenceNumber(1))
      {
        while spool.isReplaying { _ = try spool.replayStep(into: &handler, limit: limit) }
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

  /// What a rolled back ALTER TABLE has made of a table holds for no change, whether the server describes it again or not.
  @Test func relationsComeWithTheNextChangeOfTheirTable() throws {
    let streamed = [
      start(7), relation("altered", in: 8), insert(in: 8), [0x45], abort(8, of: 7), start(7, isFirst: false),
      relation("id", in: 7), insert(in: 7), insert(in: 7), [0x45], commit(7),
      start(9), relation("altered", in: 10), insert(in: 10), [0x45], abort(10, of: 9), commit(9),
    ]
    let again = try replay(streamed + [relation("again"), insert(), insert()], budget: 1 << 20, limit: 1)
    #expect(String(again.messages.map(\.letter)) == "BRIICBCRII")
    #expect(again.describedColumns == ["id", "again"])
    let known = try replay(streamed + [insert(), insert()], budget: 1 << 20, limit: 100)
    #expect(String(known.messages.map(\.letter)) == "BRIICBCRII")
    #expect(known.describedColumns == ["id", "altered"])
  }

  private func start(_ xid: UInt32, isFirst: Bool = true) -> [UInt8] {
    [0x53] + bytes(xid) + [isFirst ? 1 : 0]
  }
  private func abort(_ xid: UInt32, of parent: UInt32) -> [UInt8] { [0x41] + bytes(parent) + bytes(xid) }
  private func commit(_ xid: UInt32) -> [UInt8] { [0x63] + bytes(xid) + [UInt8](repeating: 0, count: 25) }

  /// Of one column of type integer.
  private func relation(_ column: String, in xid: UInt32? = nil) -> [UInt8] {
    [0x52] + (xid.map(bytes) ?? []) + bytes(500) + Array("public\0t\0d".utf8) + [0, 1, 1] + Array(column.utf8)
      + [0] + bytes(23) + bytes(.max)
  }

  private func insert(in xid: UInt32? = nil) -> [UInt8] {
    [0x49] + (xid.map(bytes) ?? []) + bytes(500) + [0x4E, 0, 1, 0x74] + bytes(1) + Array("5".utf8)
  }

  private func bytes(_ value: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendBigEndian(value)
    return bytes
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
    #expect(spool.memory == 0)
    #expect(spool.transactions.isEmpty && !spool.isInBlock)
  }

  @Test func mutatedStreamsNeverTrap() async throws {
    let recorded = try RecordedMessages("streamed-text-v2").messages
    var generator = SeededGenerator(seed: 7)
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

extension RecordingHandler {
  /// The first column of each Relation message.
  fileprivate var describedColumns: [String] {
    messages.compactMap { message in
      if case .relation(let relation) = message { relation.columns.first?.name } else { nil }
    }
  }
}
