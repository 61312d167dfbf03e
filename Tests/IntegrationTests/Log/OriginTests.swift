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

  /// Rows of an origin that is passed over are changed here, and their large values stay as they were: under their key, under
  /// another, under one that had a row before. Their tables are loaded; others go on, and contracts hold.
  @Test(arguments: Place.allCases)
  func aChangeOfARowThatWasPassedOverIsNotCopiedInPart(_ place: Place) async throws {
    let server = try await PostgresServer.start()
    try await withEndToEnd(place, server: server) { run in
      let database = run.database
      let lacking = ["kept", "moved"] + (place.isSlow ? [] : ["again"])
      for table in lacking + ["beside"] {
        try await database.psql(
          """
          CREATE TABLE \(table) (id int PRIMARY KEY, n int, d numeric(5,2), v text);
          ALTER TABLE \(table) ALTER v SET STORAGE EXTERNAL;
          INSERT INTO \(table) VALUES (10, 1, 1, repeat('a', 9000)), (11, 1, 'NaN', 'b')
          """)
      }
      let resources = ResourceList([
        Resource("public.*", hints: ResourceHints(contract: SchemaContract(dataType: .discardRow)))
      ])
      try await run.pipeline(resources).fullLoad()
      if lacking.contains("again") { try await database.psql("DELETE FROM again WHERE id = 10") }
      let row = "1, 1, repeat('v', 9000)"
      try await write(
        lacking.map { "INSERT INTO \($0) VALUES (\($0 == "again" ? 10 : 1), \(row));" }.joined()
          + "INSERT INTO beside VALUES (1, \(row))", from: "elsewhere", in: database)
      if lacking.contains("again") { try await database.psql("UPDATE again SET n = 2 WHERE id = 10") }
      try await database.psql(
        """
        INSERT INTO beside VALUES (2, \(row)); UPDATE beside SET n = 2 WHERE id IN (2, 10);
        UPDATE kept SET n = 2; UPDATE moved SET id = id + 100 WHERE id < 11
        """)
      func expectAllEqual() async throws {
        for table in lacking + ["beside"] {
          try await TestSupport.expectEqual(
            lakeTable: run.path(table), postgresTable: "public.\(table)", in: database,
            filter: table == "beside" ? "d <> 'NaN' AND id <> 1" : "d <> 'NaN'")
        }
      }
      let resynced = try await run.pipeline(resources) { $0.ignoredOrigins = ["*"] }.capture().resynced
      #expect(resynced == Set(lacking.map { TableName(schema: "public", name: $0) }))
      try await expectAllEqual()
      for table in lacking { try await database.psql("UPDATE \(table) SET n = n + 1") }
      let next = try await run.pipeline(resources) { $0.ignoredOrigins = ["*"] }.capture()
      #expect(next.resynced.isEmpty && next.changeCount > 0)
      try await expectAllEqual()
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
