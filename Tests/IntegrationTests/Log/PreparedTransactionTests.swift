/// Two-phase commit in the source: a prepared transaction is there once it is committed, as of that moment, and never else.
import CDCCore
import TestSupport
import Testing

@Suite struct PreparedTransactionTests {
  private func withRun(_ body: (EndToEnd) async throws -> Void) async throws {
    // Prepared transactions hold up the slots of the whole server.
    let server = try await PostgresServer.start(settings: [
      "max_prepared_transactions": "10", "logical_decoding_work_mem": "64kB",
    ])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'a')")
      try await run.pipeline().fullLoad()
      try await body(run)
    }
  }

  private let changes = """
    INSERT INTO t VALUES (3, 'p'); UPDATE t SET v = 'p' WHERE id = 1;
    SAVEPOINT s; INSERT INTO t VALUES (4, 'undone'); ROLLBACK TO s
    """

  @Test func appliesAPreparedTransactionOnceItIsCommitted() async throws {
    try await withRun { run in
      try await run.database.psql("BEGIN; \(changes); PREPARE TRANSACTION 'one'")
      try await run.database.psql("INSERT INTO t VALUES (10, 'b')")
      try await run.pipeline().capture()
      try await run.expectIDs([1, 2, 10])
      try await run.database.psql("COMMIT PREPARED 'one'")
      let report = try await run.pipeline().capture()
      #expect(report.changeCount == 2)
      try await run.expectEqual("t")
      try await run.expectIDs([1, 2, 3, 10])
    }
  }

  @Test func leavesOutAPreparedTransactionThatIsRolledBack() async throws {
    try await withRun { run in
      try await run.database.psql("BEGIN; \(changes); PREPARE TRANSACTION 'one'")
      try await run.pipeline().capture()
      try await run.database.psql("ROLLBACK PREPARED 'one'; INSERT INTO t VALUES (3, 'after')")
      #expect(try await run.pipeline().capture().changeCount == 1)
      try await run.expectEqual("t")
    }
  }

  /// Of the pipeline and of the server: the slot keeps the log from where the transaction began.
  @Test func appliesATransactionThatWasPreparedBeforeARestart() async throws {
    try await withRun { run in
      let capture = Task {
        try await run.pipeline(limits: BatchLimits(delay: .milliseconds(20))).capture(until: .never)
      }
      try await run.database.psql("BEGIN; \(changes); PREPARE TRANSACTION 'one'")
      try await run.database.psql("INSERT INTO t VALUES (10, 'b')")
      #expect(
        try await eventually { try await run.query("SELECT id FROM t WHERE id = 10", table: "t") == ["[10]"] }
      )
      capture.cancel()
      _ = await capture.result
      try await run.database.psql("CHECKPOINT; INSERT INTO t VALUES (11, 'b')")
      try await run.database.server.crash()
      try await run.database.server.start()
      try await run.pipeline().capture()
      try await run.expectIDs([1, 2, 10, 11])
      try await run.database.psql("COMMIT PREPARED 'one'; UPDATE t SET v = 'last' WHERE id = 3")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }

  /// Large ones come before they are prepared, and end with COMMIT PREPARED or ROLLBACK PREPARED all the same.
  @Test func appliesStreamedTransactionsThatArePrepared() async throws {
    try await withRun { run in
      try await run.database.psql(
        """
        BEGIN; INSERT INTO t SELECT i, 'one' FROM generate_series(1001, 6000) i; SAVEPOINT s;
        INSERT INTO t SELECT i, 'undone' FROM generate_series(6001, 9000) i; ROLLBACK TO s; DELETE FROM t WHERE id = 1;
        PREPARE TRANSACTION 'one'
        """)
      try await run.database.psql(
        "BEGIN; INSERT INTO t SELECT i, 'two' FROM generate_series(100001, 105000) i; PREPARE TRANSACTION 'two'"
      )
      // The stream has met both, and is cut off.
      let report = try await run.pipeline().capture()
      #expect(report.changeCount == 0)
      try await run.database.psql(
        "UPDATE t SET v = 'b' WHERE id = 2; ROLLBACK PREPARED 'two'; COMMIT PREPARED 'one'")
      #expect(try await run.pipeline(limits: BatchLimits(rows: 1000)).capture().changeCount == 5002)
      try await run.expectEqual("t")
      #expect(try await run.query("SELECT count(*)::int FROM t", table: "t") == ["[5001]"])
    }
  }

  @Test func commitsOnesInAnotherOrderThanTheyWerePrepared() async throws {
    try await withRun { run in
      for i in [1, 2, 3] {
        try await run.database.psql(
          "BEGIN; INSERT INTO t VALUES (\(i * 100), 'p'); PREPARE TRANSACTION 'p\(i)'")
      }
      try await run.database.psql(
        "COMMIT PREPARED 'p3'; INSERT INTO t VALUES (400, 'q'); COMMIT PREPARED 'p1'")
      try await run.pipeline(limits: BatchLimits(rows: 1)).capture()
      try await run.expectIDs([1, 2, 100, 300, 400])
      try await run.database.psql("UPDATE t SET v = 'r' WHERE id = 100; COMMIT PREPARED 'p2'")
      try await run.pipeline(limits: BatchLimits(rows: 1)).capture()
      try await run.expectEqual("t")
    }
  }

  /// A slot begins where every transaction that was writing has ended, prepared ones too.
  @Test func aLoadWaitsForPreparedTransactions() async throws {
    let server = try await PostgresServer.start(settings: ["max_prepared_transactions": "10"])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY); BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'one'")
      let load = Task { try await run.pipeline().fullLoad() }
      try await Task.sleep(for: .milliseconds(500))
      try await run.database.psql("COMMIT PREPARED 'one'; INSERT INTO t VALUES (2)")
      _ = try await load.value
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }
}
