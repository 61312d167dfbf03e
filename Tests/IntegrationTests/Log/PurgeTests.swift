/// Deletes that a transaction says are the source's alone: the destination keeps the rows.
import CDCCore
import PGWire
import TestSupport
import Testing

@Suite struct PurgeTests {
  private static let mark = "cdc.ignore_deletes"
  private static let table = """
    CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT i, 0 FROM generate_series(1, 10) i
    """

  private func pipeline(_ run: EndToEnd, _ resources: ResourceList = ResourceList()) throws -> Pipeline {
    try run.pipeline(resources) { $0.ignoreDeletesPrefix = Self.mark }
  }

  @Test func keepsRowsThatAMarkedTransactionDeletes() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.table)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        BEGIN; DELETE FROM t WHERE id = 1; SELECT pg_logical_emit_message(true, '\(Self.mark)', '');
        DELETE FROM t WHERE id IN (2, 3); UPDATE t SET v = 1 WHERE id = 4; INSERT INTO t VALUES (11, 1);
        UPDATE t SET id = 50 WHERE id = 5; COMMIT;
        DELETE FROM t WHERE id = 6
        """)
      try await pipeline(run).capture()
      try await run.expectIDs([2, 3, 4, 7, 8, 9, 10, 11, 50])
      #expect(try await run.query("SELECT v FROM t WHERE id IN (4, 11)", table: "t") == ["[1]", "[1]"])
      // The mark itself is not asked for as a row.
      #expect(try await run.messages("SELECT text FROM t").isEmpty)
      let report = try await pipeline(run).verify()
      #expect(!report.isEqual)
      // A key that comes again is the source's again.
      try await run.database.psql("INSERT INTO t VALUES (2, 9); DELETE FROM t WHERE id = 2")
      try await pipeline(run).capture()
      try await run.expectIDs([3, 4, 7, 8, 9, 10, 11, 50])
    }
  }

  @Test func takesNoMarkThatIsUndoneOrOfNoTransactionOrOfAnother() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.table)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        BEGIN; SAVEPOINT s; SELECT pg_logical_emit_message(true, '\(Self.mark)', ''); ROLLBACK TO s; DELETE FROM t WHERE id = 1; COMMIT;
        BEGIN; SELECT pg_logical_emit_message(false, '\(Self.mark)', ''); DELETE FROM t WHERE id = 2; COMMIT;
        BEGIN; SELECT pg_logical_emit_message(true, '\(Self.mark).not', ''); DELETE FROM t WHERE id = 3; COMMIT;
        SELECT pg_logical_emit_message(true, '\(Self.mark)', ''); DELETE FROM t WHERE id = 4
        """)
      try await pipeline(run).capture()
      try await run.expectEqual("t")
      try await run.expectIDs([5, 6, 7, 8, 9, 10])
    }
  }

  @Test func leavesPurgesOutOfHistories() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE s (id int PRIMARY KEY); INSERT INTO a VALUES (1); INSERT INTO s VALUES (1)"
      )
      let resources = ResourceList([
        Resource("a", hints: ResourceHints(writeDisposition: .append)),
        Resource("s", hints: ResourceHints(writeDisposition: .scd2)),
      ])
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        "BEGIN; SELECT pg_logical_emit_message(true, '\(Self.mark)', ''); DELETE FROM a; DELETE FROM s; COMMIT; INSERT INTO a VALUES (2)"
      )
      try await pipeline(run, resources).capture()
      #expect(
        try await run.query("SELECT id, _cdc_op FROM t ORDER BY id", table: "a") == [
          "[1,\"r\"]", "[2,\"c\"]",
        ])
      #expect(try await run.query("SELECT id, _cdc_is_current FROM t", table: "s") == ["[1,true]"])
    }
  }
}
