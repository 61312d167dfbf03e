/// Transactions that were themselves replicated into the source: passed over by their origin's name, or whatever it is.
import CDCCore
import PGWire
import TestSupport
import Testing

@Suite struct OriginTests {
  /// What a replication into the source does: a session of that origin.
  private func write(_ sql: String, from origin: String, in database: TestDatabase) async throws {
    try await database.psql(
      """
      SELECT pg_replication_origin_create('\(origin)') WHERE pg_replication_origin_oid('\(origin)') IS NULL;
      SELECT pg_replication_origin_session_setup('\(origin)');
      \(sql);
      SELECT pg_replication_origin_session_reset();
      """)
  }

  private func drop(_ origins: [String], in database: TestDatabase) async throws {
    for origin in origins { try await database.psql("SELECT pg_replication_origin_drop('\(origin)')") }
  }

  /// A row of an origin that is passed over is changed here, and its large value stays as it was.
  @Test func aChangeOfARowThatWasPassedOverIsNotCopiedInPart() async throws {
    let server = try await PostgresServer.start()
    try await withEndToEnd(server: server) { run in
      let database = run.database
      try await database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, n int, v text); ALTER TABLE t ALTER v SET STORAGE EXTERNAL")
      try await run.pipeline().fullLoad()
      try await write("INSERT INTO t VALUES (1, 1, repeat('v', 9000))", from: "elsewhere", in: database)
      try await database.psql("INSERT INTO t VALUES (2, 1, repeat('w', 9000)); UPDATE t SET n = 2")
      let resynced = try await run.pipeline { $0.ignoredOrigins = ["*"] }.capture().resynced
      #expect(resynced == [TableName(schema: "public", name: "t")])
      try await run.expectEqual("t")
      try await drop(["elsewhere"], in: database)
    }
  }

  /// - Parameter rows: of each transaction; many are streamed while they are in progress.
  @Test(arguments: [1, 5_000], [["*"], ["else*"]])
  func passesOverTransactionsOfItsOrigins(rows: Int, ignored: [String]) async throws {
    // Origins are the whole cluster's.
    let server = try await PostgresServer.start(settings: ["logical_decoding_work_mem": "64kB"])
    try await withEndToEnd(server: server) { run in
      let database = run.database
      try await database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'a'), (3, 'a')")
      try await run.pipeline().fullLoad()
      try await write(
        """
        BEGIN; DELETE FROM t WHERE id = 1; INSERT INTO t SELECT i, 'x' FROM generate_series(1000, 999 + \(rows)) i; COMMIT;
        SELECT pg_logical_emit_message(true, 'm', 'elsewhere')
        """, from: "elsewhere", in: database)
      try await write(
        "BEGIN; INSERT INTO t SELECT i, 'y' FROM generate_series(100000, 99999 + \(rows)) i; COMMIT",
        from: "near", in: database)
      try await database.psql(
        "DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, 'b'); SELECT pg_logical_emit_message(true, 'm', 'here')"
      )
      let report = try await run.pipeline {
        $0.ignoredOrigins = ignored
        $0.messages = rows == 1 ? ["*"] : []
      }.capture()
      let near = ignored == ["*"] ? [] : Array(100_000..<(100_000 + rows))
      try await run.expectIDs([1, 3, 4] + near)
      #expect(report.changes[TableName(schema: "public", name: "t")] == 2 + near.count)
      if rows == 1 { #expect(try await run.messages("SELECT text FROM t") == ["[\"here\"]"]) }
      // What the source holds, whoever wrote it, a load takes.
      try await run.pipeline { $0.ignoredOrigins = ignored }.fullLoad()
      try await run.expectEqual("t")
      try await drop(["elsewhere", "near"], in: database)
    }
  }
}
