/// A spooled transaction on its way to the handler: Begin, its messages without those of aborted
/// subtransactions, Commit; can be left and taken up between any two messages.
struct SpoolReplay {
  private var file: SpoolFile?
  private var memory: [UInt8]
  private let aborted: Set<UInt32>
  private let begin: [UInt8]
  private let end: [UInt8]
  private let endPosition: LogSequenceNumber
  /// What is being read: a chunk of the file, then `memory`.
  private var buffer: [UInt8] = []
  private var cursor = 0
  private var fileOffset = 0
  private var state = State.begin

  /// Messages without a Begin and a Commit.
  init(_ messages: SpooledTransaction) {
    (begin, end, endPosition) = ([], [], .zero)
    (aborted, buffer, memory) = ([], messages.memory, [])
    state = .messages
  }

  private enum State { case begin, messages, end, finished }

  enum Frame {
    case begin(StreamCommitMessage), commit(StreamCommitMessage)
    case beginPrepare(PrepareMessage), prepare(PrepareMessage)
  }

  init(_ transaction: SpooledTransaction, begin: Frame, end: Frame) {
    file = transaction.file
    memory = transaction.memory
    aborted = transaction.aborted
    self.begin = begin.bytes
    self.end = end.bytes
    endPosition = end.position
    if file == nil {
      buffer = memory
      memory = []
    }
  }

  var isFinished: Bool { state == .finished }

  mutating func step<Handler: ReplicationHandler>(
    into handler: inout Handler, behind relations: inout WaitingRelations, limit: Int
  ) throws -> ReplicationSignal {
    for _ in 0..<limit {
      let signal: ReplicationSignal
      switch state {
      case .begin:
        state = .messages
        signal = unsafe try handler.receive(begin.span.bytes, at: endPosition)
      case .messages:
        guard let range = try nextMessage() else {
          state = .end
          continue
        }
        if aborted.contains(range.xid) { continue }
        if try isKept(range.bytes, in: &relations) { continue }
        if let relation = try relation(before: range.bytes, in: relations) {
          // The message comes again behind it.
          cursor = range.bytes.lowerBound - SpooledTransaction.headerSize
          let description = relations.remove(relation)
          signal = unsafe try handler.receive(description.span.bytes, at: range.position)
        } else {
          let message = unsafe buffer.span.bytes.extracting(range.bytes)
          signal = try handler.receive(message, at: range.position)
        }
      case .end:
        state = .finished
        if end.isEmpty { return .next }
        return unsafe try handler.receive(end.span.bytes, at: endPosition)
      case .finished: return .next
      }
      if signal != .next { return signal }
    }
    return .next
  }

  private func isKept(
    _ message: Range<Int>, in relations: inout WaitingRelations
  ) throws(MalformedBytes) -> Bool {
    unsafe try relations.take(buffer.span.bytes.extracting(message))
  }

  private func relation(
    before message: Range<Int>, in relations: WaitingRelations
  ) throws(MalformedBytes) -> UInt32? {
    relations.isEmpty ? nil : unsafe try relations.first(of: buffer.span.bytes.extracting(message))
  }

  /// The next record, which then lies whole in `buffer`; nil at the end.
  private mutating func nextMessage() throws -> (xid: UInt32, position: LogSequenceNumber, bytes: Range<Int>)?
  {
    guard try fill(SpooledTransaction.headerSize) else { return nil }
    var offset = cursor
    let (xid, position, count) = unsafe try readHeader(buffer.span.bytes, at: &offset)
    guard try fill(SpooledTransaction.headerSize + count) else {
      throw MalformedBytes(.truncated, at: offset)
    }
    let start = cursor + SpooledTransaction.headerSize
    cursor = start + count
    return (xid, position, start..<cursor)
  }

  private func readHeader(
    _ span: RawSpan, at offset: inout Int
  ) throws(MalformedBytes) -> (UInt32, LogSequenceNumber, Int) {
    (try span.readUInt32(at: &offset), try span.readLSN(at: &offset), Int(try span.readUInt32(at: &offset)))
  }

  /// Makes `count` bytes lie at the cursor; false where nothing is left at all.
  private mutating func fill(_ count: Int) throws -> Bool {
    while buffer.count - cursor < count {
      buffer.removeSubrange(..<cursor)
      cursor = 0
      if let spool = file {
        let chunk = try spool.read(at: fileOffset, count: max(1 << 20, count - buffer.count))
        fileOffset += chunk.count
        buffer.append(contentsOf: chunk)
        if chunk.isEmpty { file = nil }
      } else if !memory.isEmpty {
        buffer.append(contentsOf: memory)
        memory = []
      } else if buffer.isEmpty {
        return false
      } else {
        throw MalformedBytes(.truncated, at: buffer.count)
      }
    }
    return true
  }
}

extension SpoolReplay.Frame {
  var position: LogSequenceNumber {
    switch self {
    case .begin(let commit), .commit(let commit): commit.commit.endLSN
    case .beginPrepare(let prepare), .prepare(let prepare): prepare.prepared.endLSN
    }
  }

  /// The message that a transaction not streamed would have had here.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    switch self {
    case .begin(let message):
      bytes.append(MessageType.begin.rawValue)
      bytes.appendBigEndian(message.commit.commitLSN.rawValue)
      bytes.appendTimestamp(message.commit.commitTime)
      bytes.appendBigEndian(message.xid)
    case .commit(let message):
      bytes.append(MessageType.commit.rawValue)
      bytes.append(message.commit.flags)
      bytes.appendBigEndian(message.commit.commitLSN.rawValue)
      bytes.appendBigEndian(message.commit.endLSN.rawValue)
      bytes.appendTimestamp(message.commit.commitTime)
    case .beginPrepare(let message):
      bytes.append(MessageType.beginPrepare.rawValue)
      bytes.appendPrepared(message.prepared)
    case .prepare(let message):
      bytes.append(MessageType.prepare.rawValue)
      bytes.append(message.flags)
      bytes.appendPrepared(message.prepared)
    }
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func appendTimestamp(_ time: Int64) {
    appendBigEndian(time &- 946_684_800_000_000)
  }

  fileprivate mutating func appendPrepared(_ prepared: BeginPrepareMessage) {
    appendBigEndian(prepared.prepareLSN.rawValue)
    appendBigEndian(prepared.endLSN.rawValue)
    appendTimestamp(prepared.prepareTime)
    appendBigEndian(prepared.xid)
    append(contentsOf: prepared.gid.utf8)
    append(0)
  }
}
