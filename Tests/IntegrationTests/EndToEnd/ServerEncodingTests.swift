/// Databases in another encoding than UTF-8: names and values are UTF-8 in the lake, as other engines read it.
import CDCCore
import DeltaSink
import TestSupport
import Testing

@Suite struct ServerEncodingTests {
  private func withEndToEnd(encoding: String, _ body: (EndToEnd) async throws -> Void) async throws {
    try await PostgresServer.shared().withDatabase(encoding: encoding) { database in
      try await withTemporaryDirectory { lake in try await body(EndToEnd(database: database, lake: lake)) }
    }
  }

  @Test(
    arguments: [
      ("LATIN1", "grüße ÿ"), ("EUC_JP", "日本語テスト"), ("WIN1251", "Привет"), ("SQL_ASCII", "grüße 日本 🐘"),
    ], [true, false])
  func arriveAsUTF8(_ encoding: (name: String, word: String), binary: Bool) async throws {
    let word = encoding.word
    try await withEndToEnd(encoding: encoding.name) { run in
      func rows(_ first: Int) -> String {
        """
        INSERT INTO "\(word)" SELECT i, '\(word)', '\(word)'::e, ROW('\(word)', ARRAY['\(word)', NULL])::c, ARRAY['\(word)', NULL],
          jsonb_build_object('\(word)', i), repeat('\(word)', 2000) FROM generate_series(\(first), \(first + 3)) i;
        """
      }
      try await run.database.psql(
        """
        CREATE TYPE e AS ENUM ('\(word)'); CREATE TYPE c AS (a text, l varchar(20)[]);
        CREATE TABLE "\(word)" (id int PRIMARY KEY, t text, "\(word)" e, c c, l text[], j jsonb, big text);
        ALTER TABLE "\(word)" ALTER big SET STORAGE EXTERNAL; CREATE TABLE other (id int PRIMARY KEY, q \(binary ? "int" : "tsquery"));
        \(rows(1))
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        \(rows(10)) UPDATE "\(word)" SET t = t || '\(word)' WHERE id = 1; DELETE FROM "\(word)" WHERE id = 2;
        ALTER TYPE e ADD VALUE 'x\(word)'; UPDATE "\(word)" SET "\(word)" = 'x\(word)' WHERE id = 3;
        """)
      try await run.pipeline().capture()
      try await TestSupport.expectEqual(
        lakeTable: try run.destination().path(of: TableName(schema: "public", name: word)),
        postgresTable: "public.\"\(word)\"", in: run.database)
    }
  }

  /// What is not text in any encoding cannot be text in the lake: the run stops until they are corrected.
  @Test(arguments: [true, false]) func bytesThatAreNoTextStopTheRun(binary: Bool) async throws {
    try await withEndToEnd(encoding: "SQL_ASCII") { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v text, n int, w text); INSERT INTO t VALUES (1, 'sound', 1, 'sound');
        CREATE TABLE other (id int PRIMARY KEY, q \(binary ? "int" : "tsquery"))
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql("UPDATE t SET n = 2; INSERT INTO t VALUES (2, E'a\\377b', 3, 'sound')")
      let error = await #expect(throws: CDCError.self) { try await run.pipeline().capture() }
      #expect(error?.code == .configuration && error?.message.contains("SQL_ASCII") == true)
      #expect(try await run.query("SELECT id, n FROM t", table: "t") == ["[1,1]"])
      // The log holds the bytes still: a load goes on behind them.
      try await run.database.psql("UPDATE t SET v = 'corrected' WHERE id = 2")
      await #expect(throws: CDCError.self) { try await run.pipeline().capture() }
      try await run.pipeline().fullLoad()
      try await run.database.psql("UPDATE t SET n = 4 WHERE id = 2")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }
}
