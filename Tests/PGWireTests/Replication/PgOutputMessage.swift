@testable import PGWire

/// Any pgoutput message, with rows that own their values.
enum PgOutputMessage: Sendable, Hashable {
  case begin(BeginMessage)
  case commit(CommitMessage)
  case origin(OriginMessage)
  case relation(RelationMessage)
  case type(TypeMessage)
  case insert(xid: UInt32?, relation: UInt32, new: [Cell])
  case update(xid: UInt32?, relation: UInt32, old: OldTuple?, oldCells: [Cell], new: [Cell])
  case delete(xid: UInt32?, relation: UInt32, old: OldTuple, oldCells: [Cell])
  case truncate(TruncateMessage)
  case message(LogicalMessage, content: [UInt8])
  case streamStart(StreamStartMessage)
  case streamStop
  case streamCommit(StreamCommitMessage)
  case streamAbort(StreamAbortMessage)
  case beginPrepare(BeginPrepareMessage)
  case prepare(PrepareMessage)
  case commitPrepared(CommitPreparedMessage)
  case rollbackPrepared(RollbackPreparedMessage)
  case streamPrepare(PrepareMessage)

  enum Cell: Sendable, Hashable {
    case null, unchanged
    case text(String)
    case binary([UInt8])
  }

  /// - Parameter isStreamed: between Stream Start and Stream Stop, where messages carry an xid.
  init(parsing span: RawSpan, isStreamed: Bool = false) throws(MalformedBytes) {
    var offset = 0
    let streamed = isStreamed
    switch try span.readMessageType(at: &offset) {
    case .begin: self = .begin(try BeginMessage(parsing: span, at: &offset))
    case .commit: self = .commit(try CommitMessage(parsing: span, at: &offset))
    case .origin: self = .origin(try OriginMessage(parsing: span, at: &offset))
    case .relation:
      self = .relation(try RelationMessage(parsing: span, at: &offset, isStreamed: streamed))
    case .type: self = .type(try TypeMessage(parsing: span, at: &offset, isStreamed: streamed))
    case .insert:
      let insert = try InsertMessage(parsing: span, at: &offset, isStreamed: streamed)
      let new = try Self.cells(span, at: &offset)
      self = .insert(xid: insert.xid, relation: insert.relation, new: new)
    case .update:
      let update = try UpdateMessage(parsing: span, at: &offset, isStreamed: streamed)
      var oldOffset = update.oldTuple
      let old = update.old == nil ? [] : try Self.cells(span, at: &oldOffset)
      let new = try Self.cells(span, at: &offset)
      self = .update(
        xid: update.xid, relation: update.relation, old: update.old, oldCells: old, new: new)
    case .delete:
      let delete = try DeleteMessage(parsing: span, at: &offset, isStreamed: streamed)
      let old = try Self.cells(span, at: &offset)
      self = .delete(xid: delete.xid, relation: delete.relation, old: delete.old, oldCells: old)
    case .truncate:
      self = .truncate(try TruncateMessage(parsing: span, at: &offset, isStreamed: streamed))
    case .message:
      let message = try LogicalMessage(parsing: span, at: &offset, isStreamed: streamed)
      self = .message(message, content: try span.bytes(message.content))
    case .streamStart: self = .streamStart(try StreamStartMessage(parsing: span, at: &offset))
    case .streamStop: self = .streamStop
    case .streamCommit: self = .streamCommit(try StreamCommitMessage(parsing: span, at: &offset))
    case .streamAbort: self = .streamAbort(try StreamAbortMessage(parsing: span, at: &offset))
    case .beginPrepare: self = .beginPrepare(try BeginPrepareMessage(parsing: span, at: &offset))
    case .prepare: self = .prepare(try PrepareMessage(parsing: span, at: &offset))
    case .commitPrepared:
      self = .commitPrepared(try CommitPreparedMessage(parsing: span, at: &offset))
    case .rollbackPrepared:
      self = .rollbackPrepared(try RollbackPreparedMessage(parsing: span, at: &offset))
    case .streamPrepare: self = .streamPrepare(try PrepareMessage(parsing: span, at: &offset))
    }
    try span.expectEnd(at: offset)
  }

  private static func cells(
    _ span: borrowing RawSpan, at offset: inout Int
  ) throws(MalformedBytes) -> [Cell] {
    let count = try span.readColumnCount(at: &offset)
    var cells: [Cell] = []
    for _ in 0..<count {
      let value = try span.readTupleValue(at: &offset)
      switch value.kind {
      case .null: cells.append(.null)
      case .unchanged: cells.append(.unchanged)
      case .text: cells.append(.text(try span.text(value.range)))
      case .binary: cells.append(.binary(try span.bytes(value.range)))
      }
    }
    return cells
  }
}
