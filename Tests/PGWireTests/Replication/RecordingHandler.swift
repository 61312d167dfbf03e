import PGWire

/// Keeps every message that a stream hands over, decoded; pauses or ends where a test says.
struct RecordingHandler: ReplicationHandler {
  var messages: [PgOutputMessage] = []
  var positions: [LogSequenceNumber] = []
  var pendingPosition: LogSequenceNumber?
  /// Commits still to come before `receive` returns.
  var commitsToPause = Int.max
  /// Pauses at the keepalive that has reached this.
  var until = LogSequenceNumber(.max)
  var hasReachedEnd = false
  /// False: every transaction counts as one that need not be made durable.
  var holdsTransactions = true
  var deadline: Int64 = .max

  mutating func receive(_ message: RawSpan, at position: LogSequenceNumber) throws -> ReplicationSignal {
    let message = try PgOutputMessage(parsing: message)
    messages.append(message)
    positions.append(position)
    if case .commit(let commit) = message {
      if holdsTransactions { pendingPosition = commit.endLSN }
      commitsToPause -= 1
      if commitsToPause == 0 { return .pause }
    }
    return .next
  }

  mutating func keepalive(walEnd: LogSequenceNumber) throws -> ReplicationSignal {
    if walEnd >= until { hasReachedEnd = true }
    return hasReachedEnd ? .pause : .next
  }

  mutating func deadlinePassed() throws -> ReplicationSignal {
    deadline = .max
    return .pause
  }

  /// The first column of every inserted row.
  var inserted: [String] {
    messages.compactMap { message in
      guard case .insert(_, _, let cells) = message, case .text(let text) = cells.first else { return nil }
      return text
    }
  }
}

extension PgOutputMessage {
  /// The letter of the message's type.
  var letter: Character {
    switch self {
    case .begin: "B"
    case .commit: "C"
    case .origin: "O"
    case .relation: "R"
    case .type: "Y"
    case .insert: "I"
    case .update: "U"
    case .delete: "D"
    case .truncate: "T"
    case .message: "M"
    case .streamStart: "S"
    case .streamStop: "E"
    case .streamCommit: "c"
    case .streamAbort: "A"
    case .beginPrepare: "b"
    case .prepare: "P"
    case .commitPrepared: "K"
    case .rollbackPrepared: "r"
    case .streamPrepare: "p"
    }
  }
}
