import Foundation
import PGWire
import Testing

/// Messages recorded from a server: see Fixtures/README.md.
struct RecordedMessages: CustomTestStringConvertible {
  let name: String
  let messages: [[UInt8]]
  /// For each message, whether it lies between Stream Start and Stream Stop.
  let isStreamed: [Bool]

  static let names = [
    "changes-text-v1", "changes-binary-v2", "streamed-text-v2", "streamed-binary-v3", "prepared-text-v3",
  ]

  init(_ name: String) throws {
    let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/\(name).bin")
    let bytes = [UInt8](try Data(contentsOf: url))
    let span = bytes.span.bytes
    var (offset, messages, isStreamed, isInBlock) = (0, [[UInt8]](), [Bool](), false)
    while offset < span.byteCount {
      let count = Int(try span.readUInt32(at: &offset))
      let start = try span.skip(count, at: &offset)
      let message = try span.bytes(start..<offset)
      if message.first == MessageType.streamStop.rawValue { isInBlock = false }
      messages.append(message)
      isStreamed.append(isInBlock)
      if message.first == MessageType.streamStart.rawValue { isInBlock = true }
    }
    self.name = name
    self.messages = messages
    self.isStreamed = isStreamed
  }

  var testDescription: String { name }

  var letters: String { String(decoding: messages.compactMap(\.first), as: UTF8.self) }
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
