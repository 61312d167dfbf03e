import CDCCore

/// Sorts the messages of the stream into batches by table, and says when a batch is to be handed over: at the end of
/// the transaction that reaches a limit, in the middle of one that is larger than the limits, when the
/// first change has waited long enough, before a truncation, and at the end.
struct ChangeAssembler: ReplicationHandler {
  private let limits: BatchLimits
  private let stop: StopCondition
  var tables: [TableChanges] = []
  /// By the relation's OID the place in `tables`; −1 for tables that are not captured.
  var places: [UInt32: Int] = [:]
  var relations: [UInt32: RelationMessage] = [:]
  var lastRelation: UInt32 = 0
  var lastPlace = -1
  private(set) var transaction = ChangeTransaction()
  private(set) var isInTransaction = false
  let selection: ChangeSelection
  var messages: MessageRows
  /// By relation, the newest that the stream has come to.
  var definitions: [UInt32: WrittenDefinition] = [:]
  /// Of the transaction on its way.
  var isPassedOver = false
  var leavesDeletesOut = false
  var deletesLeftOut = 0
  /// Rows and bytes that wait in `tables`.
  private var pendingRows = 0
  private var pendingBytes = 0
  /// Of the package, handed over because batches had grown large.
  private var handedBytes = 0
  /// Batches are handed over at this size, however large a package may be: a column holds 2 GiB at most.
  private let batchBytes: Int
  /// Changes of this transaction or truncations of it have been handed over or wait.
  private var hasChanges = false
  /// Something was handed over since the last boundary, or waits.
  private var needsBoundary = false
  var lastCommit: Boundary?
  /// Where the last boundary was, or where the stream begins.
  var reached: LSN
  var reachedAt = ReplicationClock.now
  private var isDue = false
  private var waitingSince = Int64.max
  private var positionBeforeTransaction: LogSequenceNumber?
  private(set) var pendingPosition: LogSequenceNumber?
  /// What the caller hands over after a pause.
  var events: [ChangeEvent] = []
  /// Tables that have to be described by `define` before the stream goes on.
  var undefined: [RelationMessage] = []
  /// By relation, what the destination has already.
  var positions: [RelationID: LSN] = [:]
  /// Relations of tables that have what the stream brings, up to their position.
  var ahead: [UInt32: RelationMessage] = [:]
  /// Of them, those whose position was just reached: in `undefined` as they were described before it.
  var early: Set<UInt32> = []
  /// Those that cannot be followed as they were described then, and why: the server describes them anew before their next
  /// change, or else that change ends the stream.
  var outdated: [UInt32: any Error] = [:]
  /// Relations that came again as they were since the last package.
  var suspects: Set<UInt32> = []
  /// What is to be told once the stream has come to where the catalog was read; nil once it is.
  var survey: TableSurvey?
  private(set) var isFinished = false

  /// Messages so far, and when they were last counted.
  private var received = 0
  private var receivedBefore = -1
  /// Where the stream ends at a position, when to look whether it still moves.
  private var idleDeadline = Int64.max
  /// When the caller wants to look at other things.
  private var pauseDeadline = Int64.max
  /// No message came for a second though the stop position has not been reached.
  private(set) var isSilent = false

  init(
    limits: BatchLimits, from start: LSN = .zero, stop: StopCondition, survey: TableSurvey? = nil,
    selection: ChangeSelection = ChangeSelection(), batchBytes: Int = 256 << 20
  ) {
    self.limits = limits
    self.batchBytes = batchBytes
    self.stop = stop
    reached = start
    self.selection = selection
    messages = MessageRows(pipeline: selection.pipeline, patterns: selection.messagePrefixes)
    if let survey, !survey.reshaped.isEmpty || !survey.removed.isEmpty { self.survey = survey }
  }

  /// Has changes left out that commit before their table's position.
  mutating func skip(before positions: [RelationID: LSN]) { self.positions = positions }

  /// To be called before each stretch of reading: silence counts from here, not from what kept the reader away.
  mutating func resume() {
    isSilent = false
    receivedBefore = received
    if case .position = stop { idleDeadline = ReplicationClock.now + 1_000_000_000 }
  }

  mutating func receive(_ message: RawSpan, at position: LogSequenceNumber) throws -> ReplicationSignal {
    var offset = 0
    received &+= 1
    isSilent = false
    switch try message.readMessageType(at: &offset) {
    case .insert:
      let insert = try InsertMessage(parsing: message, at: &offset)
      let place = try place(of: insert.relation)
      guard place >= 0, !isPassedOver else { return .next }
      tables[place].enter(transaction)
      try tables[place].insert(message, insert.newTuple, position: LSN(position.rawValue))
      return try noteChange(bytes: message.byteCount)
    case .update:
      let update = try UpdateMessage(parsing: message, at: &offset)
      let place = try place(of: update.relation)
      guard place >= 0, !isPassedOver else { return .next }
      tables[place].enter(transaction)
      try tables[place].update(message, update, position: LSN(position.rawValue))
      return try noteChange(bytes: message.byteCount)
    case .delete:
      let delete = try DeleteMessage(parsing: message, at: &offset)
      let place = try place(of: delete.relation)
      guard place >= 0, !isPassedOver else { return .next }
      guard !leavesDeletesOut else {
        deletesLeftOut += 1
        return .next
      }
      tables[place].enter(transaction)
      try tables[place].delete(message, delete.oldTuple, position: LSN(position.rawValue))
      return try noteChange(bytes: message.byteCount)
    case .begin: return begin(try BeginMessage(parsing: message, at: &offset))
    case .commit: return commit(try CommitMessage(parsing: message, at: &offset))
    case .relation:
      let relation = try RelationMessage(parsing: message, at: &offset)
      return take(relation)
    case .truncate:
      return try truncate(try TruncateMessage(parsing: message, at: &offset), at: LSN(position.rawValue))
    case .message: return try take(try LogicalMessage(parsing: message, at: &offset), message)
    case .origin:
      take(try OriginMessage(parsing: message, at: &offset))
      return .next
    case .type: return .next
    case .beginPrepare, .prepare, .commitPrepared, .rollbackPrepared, .streamPrepare, .streamStart,
      .streamStop, .streamCommit, .streamAbort:
      throw CDCError(
        .protocolViolation, "The server sent a message that this stream did not ask for.",
        position: LSN(position.rawValue))
    }
  }

  @inline(__always)
  private mutating func place(of relation: UInt32) throws -> Int {
    if relation == lastRelation { return lastPlace }
    guard let place = places[relation] else {
      throw CDCError(.protocolViolation, "The server sent a change of a table that it has not described.")
    }
    if place < 0, let error = outdated[relation] { throw error }
    lastRelation = relation
    lastPlace = place
    return place
  }

  // MARK: Transactions

  private mutating func begin(_ begin: BeginMessage) -> ReplicationSignal {
    if case .position(let end) = stop, begin.finalLSN.rawValue >= end.rawValue { return finish(at: end) }
    transaction.number &+= 1
    transaction.run = TransactionRun(
      firstRow: 0, commitLSN: LSN(begin.finalLSN.rawValue), commitTime: begin.commitTime, xid: begin.xid)
    isInTransaction = true
    (isPassedOver, leavesDeletesOut) = (false, false)
    hasChanges = false
    // Nothing behind this commit may be confirmed while the transaction is on its way.
    positionBeforeTransaction = pendingPosition
    pendingPosition = begin.finalLSN
    return ahead.isEmpty ? .next : followTables()
  }

  private mutating func commit(_ commit: CommitMessage) -> ReplicationSignal {
    isInTransaction = false
    guard hasChanges else {
      pendingPosition = positionBeforeTransaction
      // What waits may have come due meanwhile.
      return needsBoundary ? closeIfFull() : .next
    }
    pendingPosition = commit.endLSN
    lastCommit = Boundary(position: LSN(commit.endLSN.rawValue), commitTime: commit.commitTime)
    if case .position(let end) = stop, commit.endLSN.rawValue >= end.rawValue { return finish(at: end) }
    if let survey, survey.position.rawValue <= commit.endLSN.rawValue { isDue = true }
    return closeIfFull()
  }

  private mutating func closeIfFull() -> ReplicationSignal {
    guard isDue || pendingRows >= limits.rows || pendingBytes + handedBytes >= limits.bytes else {
      return .next
    }
    closePackage()
    return .pause
  }

  /// What is in the log beside transactions counts as one of its own.
  mutating func beginAlone(at position: LSN) {
    transaction.number &+= 1
    transaction.run = TransactionRun(firstRow: 0, commitLSN: position, commitTime: 0, xid: 0)
  }

  mutating func endAlone(at end: LSN, bytes: Int) -> ReplicationSignal {
    noteFirstChange()
    pendingRows &+= 1
    pendingBytes &+= bytes &+ 9
    pendingPosition = LogSequenceNumber(end.rawValue)
    lastCommit = Boundary(position: end, commitTime: lastCommit?.commitTime ?? wallClockMicroseconds())
    if case .position(let stop) = stop, end >= stop { return finish(at: end) }
    return closeIfFull()
  }

  @inline(__always)
  mutating func noteChange(bytes: Int) throws -> ReplicationSignal {
    if !hasChanges { noteFirstChange() }
    pendingRows &+= 1
    // Beside the values each row has its operation and its position.
    pendingBytes &+= bytes &+ 9
    guard pendingBytes >= min(limits.bytes, batchBytes) || pendingRows >= limits.rows else { return .next }
    if isOverLimitInTransaction {
      // Its package is full, and ends with it.
      isDue = true
    } else if pendingBytes >= batchBytes {
      handedBytes += pendingBytes
    } else {
      return .next
    }
    try takeBatchesWithinTransaction()
    return .pause
  }

  /// A transaction goes over its limits by half as much again before it is cut: most end before.
  private var isOverLimitInTransaction: Bool {
    pendingBytes / 3 >= limits.bytes / 2 || pendingRows / 3 >= limits.rows / 2
  }

  private mutating func noteFirstChange() {
    hasChanges = true
    needsBoundary = true
    if waitingSince == .max { waitingSince = ReplicationClock.now }
  }

  // MARK: Handing over

  private mutating func takeBatchesWithinTransaction() throws {
    let waiting = try Set(tables.indices.filter { try tables[$0].waitsForCommit() })
    takeBatches(but: waiting)
  }

  /// Makes events of all that waits.
  private mutating func takeBatches(but waiting: Set<Int> = []) {
    for index in tables.indices where !waiting.contains(index) {
      if let batch = tables[index].takeBatch() { events.append(.changes(batch)) }
    }
    if let batch = messages.takeBatch() { events.append(.changes(batch)) }
    pendingRows = 0
    pendingBytes = 0
  }

  private mutating func closePackage() {
    takeBatches()
    if var boundary = lastCommit, appendShapes(at: boundary.position) || needsBoundary {
      boundary.removed = takeRemoved(at: boundary.position)
      append(boundary)
    }
    needsBoundary = false
    isDue = false
    handedBytes = 0
    waitingSince = .max
  }

  private mutating func finish(at end: LSN) -> ReplicationSignal {
    // The last package goes all the way, so that nothing is left over to be recorded.
    if needsBoundary, let commit = lastCommit, commit.position < end {
      lastCommit = Boundary(position: end, commitTime: commit.commitTime)
    }
    closePackage()
    if end > lastCommit?.position ?? .zero { appendBoundary(at: end) }
    isFinished = true
    return .pause
  }

  /// What is to be handed over now; empty afterwards.
  mutating func takeEvents() -> [ChangeEvent] {
    var taken: [ChangeEvent] = []
    swap(&taken, &events)
    return taken
  }

  // MARK: Time

  var deadline: Int64 { min(packageDeadline, idleDeadline, pauseDeadline) }

  private var packageDeadline: Int64 {
    guard waitingSince != .max, !isDue else { return .max }
    return waitingSince.addingReportingOverflow(limits.delay.nanoseconds).partialValue
  }

  mutating func deadlinePassed() throws -> ReplicationSignal {
    let now = ReplicationClock.now
    if now >= idleDeadline {
      idleDeadline = now + 1_000_000_000
      isSilent = received == receivedBefore && !isInTransaction
      receivedBefore = received
    }
    if now >= packageDeadline {
      isDue = true
      // The package ends with the transaction that is on its way.
      if !isInTransaction {
        closePackage()
        return .pause
      }
    }
    return isSilent || now >= pauseDeadline ? .pause : .next
  }

  /// Has the stream pause about then.
  mutating func pause(at deadline: Int64) { pauseDeadline = deadline }

  /// The server has nothing more to send before the stop position: what lies between is no whole record. That is
  /// concluded, not told by the server, so no boundary is set behind the last commit taken.
  mutating func finishCaughtUp() {
    guard !isInTransaction else { return }
    // Nor has any change come before what the survey has to tell.
    if let survey, let last = lastCommit?.position { self.survey?.position = min(survey.position, last) }
    closePackage()
    isFinished = true
  }

  mutating func keepalive(walEnd: LogSequenceNumber) throws -> ReplicationSignal {
    guard !isInTransaction else { return .next }
    if case .position(let end) = stop, walEnd.rawValue >= end.rawValue { return finish(at: end) }
    guard let survey, survey.position.rawValue <= walEnd.rawValue else {
      return passIdle(to: LSN(walEnd.rawValue))
    }
    takeBatches()
    appendBoundary(at: LSN(walEnd.rawValue))
    (needsBoundary, isDue, waitingSince, handedBytes) = (false, false, .max, 0)
    return .pause
  }

  /// Much log without anything of ours may end here too.
  private mutating func passIdle(to end: LSN) -> ReplicationSignal {
    guard !needsBoundary, let idleBytes = limits.idleBytes.map({ UInt64(max($0, 1)) }), end > reached,
      case let length = end.rawValue - reached.rawValue, length >= idleBytes
    else { return .next }
    // A server that writes much has room for more.
    guard length / 8 >= idleBytes || ReplicationClock.now - reachedAt >= 60_000_000_000 else { return .next }
    appendBoundary(at: end)
    return .pause
  }

  // MARK: Truncation

  private mutating func truncate(_ message: TruncateMessage, at position: LSN) throws -> ReplicationSignal {
    var truncated: [TableSchema] = []
    for relation in message.relations {
      let place = try place(of: relation)
      guard place >= 0, !isPassedOver else { continue }
      if let batch = tables[place].takeBatch() { events.append(.changes(batch)) }
      truncated.append(tables[place].layout.schema)
    }
    guard !truncated.isEmpty else { return .next }
    if !hasChanges { noteFirstChange() }
    pendingRows &+= truncated.count
    events.append(
      .truncate(Truncation(tables: truncated, position: position, transaction: transaction.run)))
    return .pause
  }

  var isEndless: Bool { stop == .never }
}
