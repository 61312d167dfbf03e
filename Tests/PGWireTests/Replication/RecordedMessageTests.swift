import PGWire
import TestSupport
import Testing

@Suite struct RecordedMessageTests {
  @Test func everyTypeOfMessageIsRecorded() throws {
    let letters = try RecordedMessages.names.map { try RecordedMessages($0).letters }.joined()
    #expect(Set(letters) == Set("BCRYIUDTMOSEcAbPKrp"))
  }

  @Test(arguments: RecordedMessages.names)
  func everyRecordedMessageIsDecoded(name: String) throws {
    let recorded = try RecordedMessages(name)
    for (message, isStreamed) in zip(recorded.messages, recorded.isStreamed) {
      let decoded = try PgOutputMessage(message, isStreamed: isStreamed)
      #expect(decoded.letter == Character(Unicode.Scalar(message[0])))
    }
  }

  @Test func valuesComeAsTheServerWroteThem() throws {
    let recorded = try RecordedMessages("changes-text-v1")
    let decoded = try recorded.messages.map { try PgOutputMessage($0) }
    let rows = decoded.compactMap { message -> [PgOutputMessage.Cell]? in
      if case .insert(_, _, let cells) = message { cells } else { nil }
    }
    #expect(rows[0].prefix(3) == [.text("1"), .text("ümläut"), .text("12.50")])
    #expect(rows[1].dropFirst() == [.null, .text("NaN"), .text("infinity"), .text("glad"), .text("")])
    let updates = decoded.compactMap { message -> (OldTuple?, [PgOutputMessage.Cell])? in
      if case .update(_, _, let old, _, let new) = message { (old, new) } else { nil }
    }
    #expect(updates.map(\.0) == [nil, .key, .full])
    #expect(updates[0].1.last == .unchanged, "the large value is not sent again")
    guard case .relation(let shop) = decoded[2], case .type(let mood) = decoded[1] else {
      Issue.record("\(decoded.prefix(3))")
      return
    }
    #expect(shop.columns.map(\.name) == ["id", "name", "price", "born", "feels", "large"])
    #expect(shop.columns.map(\.isKey) == [true, false, false, false, false, false])
    #expect(shop.columns[2].typeOID == 1700)
    #expect(shop.columns[2].typeModifier == 8 << 16 | 2 + 4)
    #expect(shop.replicaIdentity == .defaultKey)
    #expect(mood.name == "mood" && mood.schema == "public")
    #expect(shop.columns[4].typeOID == mood.oid)
  }

  @Test func binaryAndTextCarryTheSameRows() throws {
    let text = try RecordedMessages("changes-text-v1"), binary = try RecordedMessages("changes-binary-v2")
    #expect(text.letters == binary.letters)
    let row = try PgOutputMessage(binary.messages[3])
    guard case .insert(_, _, let cells) = row else {
      Issue.record("\(row)")
      return
    }
    #expect(cells[0] == .binary([0, 0, 0, 1]))
    #expect(cells[1] == .binary(Array("ümläut".utf8)))
  }

  @Test func aStreamAbortOfProtocol4CarriesItsPosition() throws {
    var bytes: [UInt8] = [0x41, 0, 0, 0, 7, 0, 0, 0, 8]
    guard case .streamAbort(let short) = try PgOutputMessage(bytes) else {
      Issue.record("not an abort")
      return
    }
    #expect(short.xid == 7 && short.subtransactionXid == 8 && short.abortLSN == nil)
    bytes += [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 5]
    guard case .streamAbort(let long) = try PgOutputMessage(bytes) else {
      Issue.record("not an abort")
      return
    }
    #expect(long.abortLSN == LogSequenceNumber("1/2"))
    #expect(long.abortTime == 946_684_800_000_005)
  }

  @Test(arguments: RecordedMessages.names)
  func everyTruncationIsAnError(name: String) throws {
    let recorded = try RecordedMessages(name)
    // The runs of equal inserts say no more than their first ones.
    for index in recorded.messages.indices where index < 60 || recorded.messages[index][0] != 0x49 {
      let message = recorded.messages[index]
      for count in 0..<message.count {
        let prefix = Array(message.prefix(count))
        #expect(throws: MalformedBytes.self) {
          try PgOutputMessage(prefix, isStreamed: recorded.isStreamed[index])
        }
      }
    }
  }

  @Test(arguments: RecordedMessages.names)
  func mutationsAreAnErrorOrAValueOfTheirSize(name: String) async throws {
    let recorded = try RecordedMessages(name)
    let interesting = recorded.messages.indices.filter { $0 < 60 || recorded.messages[$0][0] != 0x49 }
    var generator = SeededGenerator(seed: name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    var errors = 0
    for round in 0..<100_000 {
      // Other tests measure time on the threads that this one shares with them.
      if round % 200 == 0 { await Task.yield() }
      let index = interesting[Int(generator.next() % UInt64(interesting.count))]
      let message = mutated(recorded.messages[index], by: &generator)
      do throws(MalformedBytes) {
        let decoded = try PgOutputMessage(message, isStreamed: recorded.isStreamed[index])
        if decoded.valueCount > message.count { Issue.record("more values than bytes: \(message)") }
      } catch {
        errors += 1
      }
    }
    #expect(errors > 10_000)
  }
}

/// One to four of: a byte changed, set to an extreme, removed, inserted; or the end cut off.
func mutated(_ message: [UInt8], by generator: inout SeededGenerator) -> [UInt8] {
  var message = message
  var choices = generator.next()
  for _ in 0...(choices & 3) {
    choices >>= 2
    let position = message.isEmpty ? 0 : Int(generator.next() % UInt64(min(message.count, 128)))
    guard position < message.count else { break }
    switch choices % 7 {
    case 0, 1: message[position] = UInt8(truncatingIfNeeded: choices >> 8)
    case 2: message[position] = 0xFF
    case 3: message[position] = 0x7F
    case 4: message.remove(at: position)
    case 5: message.insert(UInt8(truncatingIfNeeded: choices >> 8), at: position)
    default: message.removeSubrange(position...)
    }
    choices >>= 3
  }
  return message
}

extension PgOutputMessage {
  /// How many values, columns or relations the message decoded to.
  fileprivate var valueCount: Int {
    switch self {
    case .insert(_, _, let new): new.count
    case .update(_, _, _, let old, let new): old.count + new.count
    case .delete(_, _, _, let old): old.count
    case .relation(let relation): relation.columns.count
    case .truncate(let truncate): truncate.relations.count
    case .message(_, let content): content.count
    default: 0
    }
  }
}
