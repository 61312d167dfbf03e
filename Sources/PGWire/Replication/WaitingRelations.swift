/// Relation messages of streamed transactions whose tables have had no change since, the newest of each.
///
/// Where a subtransaction has altered a table and was rolled back, its Relation message tells of a table that never was; the
/// server then describes it again before the next change.
struct WaitingRelations {
  private var messages: [UInt32: [UInt8]] = [:]

  var isEmpty: Bool { messages.isEmpty }

  /// Keeps the message, if it is a Relation message.
  mutating func take(_ message: RawSpan) throws(MalformedBytes) -> Bool {
    guard try message.peekUInt8(at: 0) == MessageType.relation.rawValue else { return false }
    var offset = 1
    messages[try message.readUInt32(at: &offset)] = try message.bytes(0..<message.byteCount)
    return true
  }

  /// The relation that must be described before the message; nil where none waits.
  func first(of message: RawSpan) throws(MalformedBytes) -> UInt32? {
    if messages.isEmpty { return nil }
    var offset = 1
    switch MessageType(rawValue: try message.peekUInt8(at: 0)) {
    case .insert, .update, .delete:
      let relation = try message.readUInt32(at: &offset)
      return messages[relation] == nil ? nil : relation
    case .truncate:
      return try TruncateMessage(parsing: message, at: &offset).relations.first { messages[$0] != nil }
    default: return nil
    }
  }

  @discardableResult
  mutating func remove(_ relation: UInt32) -> [UInt8] { messages.removeValue(forKey: relation) ?? [] }
}
