import PGWire
import TestSupport
import Testing

/// Transactions that the server streams before they commit: `logical_decoding_work_mem` is as small as it can be.
@Suite struct StreamedTransactionTests {
  /// A server of these tests' own.
  private static let server = Task {
    try await PostgresServer.start(settings: [
      "logical_decoding_work_mem": "64kB", "max_prepared_transactions": "10",
    ])
  }

  private func insert(_ range: ClosedRange<Int>) -> String {
    "INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(\(range.lowerBound), \(range.upperBound)) i;"
  }

  /// - Parameter memory: small enough and the spool uses its file.
  @Test(arguments: [32 << 20, 1000])
  func aStreamedTransactionComesWholeWithoutItsAbortedParts(memory: Int) async throws {
    try await ReplicatedDatabase.with(server: Self.server.value) { source in
      try await source.database.psql(
        """
        BEGIN; \(insert(1...2000))
        SAVEPOINT a; \(insert(2001...4000)) ROLLBACK TO a;
        SAVEPOINT b; \(insert(4001...6000)) RELEASE b;
        UPDATE t SET name = 'changed' WHERE id = 1; COMMIT;
        INSERT INTO t VALUES (0, 'after');
        """)
      var options = source.options
      options.spoolMemory = memory
      let handler = try await source.drain(options)
      #expect(handler.inserted == (Array(1...2000) + Array(4001...6000) + [0]).map(String.init))
      let letters = handler.messages.map(\.letter).filter { "BCU".contains($0) }
      #expect(String(letters) == "BUCBC")
      guard case .begin(let begin) = handler.messages.first,
        case .commit(let commit) = handler.messages.first(where: { $0.letter == "C" })
      else {
        Issue.record("the transaction has no frame")
        return
      }
      #expect(begin.finalLSN == commit.commitLSN)
      #expect(begin.commitTime == commit.commitTime)
      #expect(begin.xid > 0)
    }
  }

  @Test func theServerReallyStreams() async throws {
    try await ReplicatedDatabase.with(server: Self.server.value) { source in
      try await source.database.psql("BEGIN; \(insert(1...5000)) COMMIT")
      _ = try await source.drain()
      // Statistics come a little later.
      #expect(
        try await eventually {
          try await source.database.psql(
            "SELECT stream_txns FROM pg_stat_replication_slots WHERE slot_name = '\(source.slot)'") == "1"
        })
    }
  }

  @Test func anAbortedTransactionLeavesNothing() async throws {
    try await ReplicatedDatabase.with(server: Self.server.value) { source in
      try await source.database.psql("BEGIN; \(insert(1...5000)) ROLLBACK; INSERT INTO t VALUES (0)")
      #expect(try await source.drain().inserted == ["0"])
    }
  }

  @Test func aTableChangedInAnAbortedSubtransactionIsStillDescribed() async throws {
    try await ReplicatedDatabase.with(server: Self.server.value) { source in
      try await source.database.psql(
        """
        BEGIN; SAVEPOINT a; \(insert(1...3000)) ROLLBACK TO a; \(insert(3001...6000)) COMMIT;
        """)
      let handler = try await source.drain()
      #expect(handler.inserted.count == 3000)
      #expect(handler.messages.prefix(2).map(\.letter) == ["B", "R"])
    }
  }

  @Test func aReplayPausesAndGoesOn() async throws {
    try await ReplicatedDatabase.with(server: Self.server.value) { source in
      try await source.database.psql("BEGIN; \(insert(1...5000)) COMMIT; INSERT INTO t VALUES (0)")
      let options = source.options
      try await ReplicationStream.with(source.settings, options) { stream in
        var handler = PausingInserts()
        var pauses = 0
        while handler.commits < 2 {
          _ = try await stream.receive(into: &handler)
          pauses += 1
        }
        #expect(handler.inserts == 5001)
        #expect(pauses >= 50)
      }
    }
  }

  @Test func streamingCanBeSwitchedOff() async throws {
    try await ReplicatedDatabase.with(server: Self.server.value) { source in
      try await source.database.psql("BEGIN; \(insert(1...3000)) COMMIT")
      var options = source.options
      options.streamsTransactions = false
      #expect(try await source.drain(options).inserted.count == 3000)
    }
  }

  /// PostgreSQL 14's pgoutput knows no phases: there the transaction comes once it is committed.
  @Test(arguments: [10, 3000], ["COMMIT", "ROLLBACK"])
  func preparedTransactionsComeInTwoPhases(rows: Int, outcome: String) async throws {
    try await ReplicatedDatabase.with(server: Self.server.value, twoPhase: true) { source in
      let gid = "tx_\(rows)_\(outcome)"
      // A slot made for two phases decodes so without being asked.
      try await source.database.psql("BEGIN; \(insert(1...rows)) PREPARE TRANSACTION '\(gid)'")
      let handler = try await source.drain()
      guard try await source.database.server.major >= 15 else {
        #expect(handler.inserted.isEmpty)
        try await source.database.psql("\(outcome) PREPARED '\(gid)'")
        #expect(try await source.drain().inserted.count == (outcome == "COMMIT" ? rows : 0))
        return
      }
      #expect(String(handler.messages.map(\.letter).filter { $0 != "I" }) == "bRP")
      #expect(handler.inserted.count == rows)
      try await source.database.psql("\(outcome) PREPARED '\(gid)'")
      let second = try await source.drain()
      #expect(second.messages.last?.letter == (outcome == "COMMIT" ? "K" : "r"))
      guard case .beginPrepare(let begin) = handler.messages.first else {
        Issue.record("no Begin Prepare")
        return
      }
      #expect(begin.gid == gid)
    }
  }
}

private struct PausingInserts: ReplicationHandler {
  var inserts = 0
  var commits = 0
  var pendingPosition: LogSequenceNumber?

  mutating func receive(_ message: RawSpan, at position: LogSequenceNumber) throws -> ReplicationSignal {
    switch try PgOutputMessage(parsing: message) {
    case .insert: inserts += 1
    case .commit: commits += 1
    default: return .next
    }
    return inserts % 100 == 0 || commits == 2 ? .pause : .next
  }
}
