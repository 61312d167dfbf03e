import CDCCore

/// Logical messages and origins: what a transaction says of itself, and what is said beside all transactions.
extension ChangeAssembler {
  mutating func take(_ message: LogicalMessage, _ bytes: RawSpan) throws -> ReplicationSignal {
    if message.isTransactional {
      if message.prefix == selection.definitionPrefix {
        // Also of a transaction that is passed over: the definition holds for all that follow.
        if let table = DefinitionTrigger.table(try bytes.bytes(message.content)) {
          definitions[table.oid] = WrittenDefinition(table: table, position: LSN(message.lsn.rawValue))
        }
        return .next
      }
      if isPassedOver { return .next }
      if message.prefix == selection.deleteMark { leavesDeletesOut = true }
      guard messages.takes(message) else { return .next }
      let signal = try append(message, bytes)
      return try noteChange(bytes: bytes.byteCount) == .pause ? .pause : signal
    }
    guard messages.takes(message) else { return .next }
    return try takeAlone(message, bytes)
  }

  /// The server sends such a message once it meets it in the log: everything that committed before has been sent, and a
  /// package may end behind it. Where exactly its record begins is not told, so none ends in front of it.
  private mutating func takeAlone(_ message: LogicalMessage, _ bytes: RawSpan) throws -> ReplicationSignal {
    let end = LSN(message.lsn.rawValue)
    guard !isInTransaction, end > .zero else {
      throw CDCError(
        .protocolViolation, "The server sent a message of no transaction in the midst of one.", position: end)
    }
    beginAlone(at: LSN(end.rawValue - 1))
    _ = try append(message, bytes)
    return endAlone(at: end, bytes: bytes.byteCount)
  }

  private mutating func append(_ message: LogicalMessage, _ bytes: RawSpan) throws -> ReplicationSignal {
    var signal = ReplicationSignal.next
    if !messages.hasRoom(for: message.content.count), let batch = messages.takeBatch() {
      events.append(.changes(batch))
      signal = .pause
    }
    messages.append(message, content: try bytes.bytes(message.content), in: transaction)
    return signal
  }

  /// A transaction that was replicated into the source from elsewhere.
  mutating func take(_ origin: OriginMessage) {
    if selection.passesOver(origin: origin.name) { isPassedOver = true }
  }

  /// Deletes left out since the last call, because their transaction is marked.
  mutating func takeLeftOut() -> Int {
    defer { deletesLeftOut = 0 }
    return deletesLeftOut
  }
}

/// What of the log is taken beside the tables' changes, and what of these is not.
struct ChangeSelection: Sendable, Hashable {
  /// Says whose the rows of messages are.
  var pipeline = ""
  /// Of logical messages that become rows; `*` stands for any characters.
  var messagePrefixes: [String] = []
  /// Of replication origins whose transactions are passed over.
  var ignoredOrigins: [String] = []
  /// Of the transactional message behind which its transaction's deletes are left out.
  var deleteMark: String?

  /// Of the messages of the source's event trigger, where it has one.
  var definitionPrefix: String?

  var needsMessages: Bool { !messagePrefixes.isEmpty || deleteMark != nil || definitionPrefix != nil }

  func passesOver(origin: String) -> Bool {
    ignoredOrigins.contains { Resource.fits(Array(origin.utf8)[...], Array($0.utf8)[...]) }
  }
}
