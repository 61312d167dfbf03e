/// Keeps transactions that the server streams before they commit, and hands each over, whole and in order, when it
/// commits. Source: PostgreSQL manual, "Streaming of Large Transactions for Logical Decoding".
///
/// A subtransaction's abort drops its changes but not its Relation messages: the server need not send them again. It does
/// where the abort takes back what they tell of; so each waits for a change of its table, and gives way to a newer one.
struct StreamSpool {
  private(set) var transactions: [UInt32: SpooledTransaction] = [:]
  /// The transaction whose block is open.
  private var current: UInt32?
  private var open = SpooledTransaction()
  private var replay: SpoolReplay?
  private var relations = WaitingRelations()
  /// In bytes.
  private(set) var memory = 0
  private let budget: Int
  private let directory: String?

  init(budget: Int, directory: String?) {
    self.budget = budget
    self.directory = directory
  }

  var isInBlock: Bool { current != nil }
  var isReplaying: Bool { replay != nil }

  /// Whether a message of this type belongs here, also outside of a block.
  @inline(__always)
  static func takes(_ type: UInt8) -> Bool {
    switch type {
    case 0x53, 0x45, 0x63, 0x41, 0x70: true  // S E c A p
    default: false
    }
  }

  /// Takes a message between Stream Start and Stream Stop, or a Stream message.
  mutating func take(_ message: RawSpan, at position: LogSequenceNumber) throws {
    var offset = 0
    let type = try message.readMessageType(at: &offset)
    switch type {
    case .streamStart:
      let start = try StreamStartMessage(parsing: message, at: &offset)
      closeBlock()
      if start.isFirstSegment { forget(start.xid) }
      open = transactions.removeValue(forKey: start.xid) ?? SpooledTransaction()
      current = start.xid
    case .streamStop: closeBlock()
    case .streamAbort:
      let abort = try StreamAbortMessage(parsing: message, at: &offset)
      if abort.xid == abort.subtransactionXid {
        forget(abort.xid)
      } else {
        transactions[abort.xid]?.abort(subtransaction: abort.subtransactionXid)
      }
    case .streamCommit:
      let commit = try StreamCommitMessage(parsing: message, at: &offset)
      try finish(commit.xid) { transaction in
        SpoolReplay(transaction, begin: .begin(commit), end: .commit(commit))
      }
    case .streamPrepare:
      let prepare = try PrepareMessage(parsing: message, at: &offset)
      try finish(prepare.prepared.xid) { transaction in
        SpoolReplay(transaction, begin: .beginPrepare(prepare), end: .prepare(prepare))
      }
    default: try keep(message, type: type, at: position)
    }
  }

  private mutating func closeBlock() {
    if let current { transactions[current] = open }
    current = nil
    open = SpooledTransaction()
  }

  private mutating func keep(
    _ message: RawSpan, type: MessageType, at position: LogSequenceNumber
  ) throws {
    guard let current else { throw MalformedBytes(.invalid, at: 0) }
    let before = open.memory.count
    if type.hasStreamXid {
      var offset = 1
      let xid = try message.readUInt32(at: &offset)
      let isKept = type == .relation || type == .type
      try open.append(message, xid: isKept ? current : xid, position: position)
    } else {
      open.appendPlain(message, xid: current, position: position)
    }
    memory += open.memory.count - before
    if memory > budget { try spill() }
  }

  /// Moves the transaction that takes most memory to its file.
  private mutating func spill() throws {
    let largest = transactions.max { $0.value.memory.count < $1.value.memory.count }
    if let largest, largest.value.memory.count > open.memory.count {
      memory -= largest.value.memory.count
      try transactions[largest.key]?.spill(directory: directory)
    } else {
      memory -= open.memory.count
      try open.spill(directory: directory)
    }
  }

  private mutating func forget(_ xid: UInt32) {
    memory -= transactions.removeValue(forKey: xid)?.memory.count ?? 0
  }

  private mutating func finish(
    _ xid: UInt32, _ makeReplay: (SpooledTransaction) -> SpoolReplay
  ) throws {
    guard replay == nil else { throw MalformedBytes(.invalid, at: 0) }
    let transaction = transactions.removeValue(forKey: xid) ?? SpooledTransaction()
    memory -= transaction.memory.count
    replay = makeReplay(transaction)
  }

  /// Takes a message that came outside of streams where Relation messages of a stream have to go before it.
  @inline(__always)
  mutating func takeBehindRelations(
    _ message: RawSpan, type: UInt8, at position: LogSequenceNumber
  ) throws -> Bool {
    relations.isEmpty ? false : try hold(message, type: type, at: position)
  }

  private mutating func hold(_ message: RawSpan, type: UInt8, at position: LogSequenceNumber) throws -> Bool {
    if type == MessageType.relation.rawValue {
      var offset = 1
      relations.remove(try message.readUInt32(at: &offset))
      return false
    }
    guard replay == nil, try relations.first(of: message) != nil else { return false }
    var alone = SpooledTransaction()
    alone.appendPlain(message, xid: 0, position: position)
    replay = SpoolReplay(alone)
    return true
  }

  /// Hands over up to `limit` messages of the transaction that committed.
  mutating func replayStep<Handler: ReplicationHandler>(
    into handler: inout Handler, limit: Int
  ) throws -> ReplicationSignal {
    guard var replay else { return .next }
    // Taken out, so that the replay's buffers have one owner.
    self.replay = nil
    let signal = try replay.step(into: &handler, behind: &relations, limit: limit)
    if !replay.isFinished { self.replay = replay }
    return signal
  }
}
