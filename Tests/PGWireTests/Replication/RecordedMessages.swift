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
    let span = unsafe bytes.span.bytes
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

extension PgOutputMessage {
  init(_ bytes: [UInt8], isStreamed: Bool = false) throws(MalformedBytes) {
    unsafe try self.init(parsing: bytes.span.bytes, isStreamed: isStreamed)
  }
}
