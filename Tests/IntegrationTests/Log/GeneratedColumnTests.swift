/// Generated columns: copied where the server publishes them, which PostgreSQL does with stored ones from 18 on.
import CDCCore
import PGWire
import TestSupport
import Testing

@Suite struct GeneratedColumnTests {
  private func columns(_ run: EndToEnd) async throws -> [String] {
    try await run.query("SELECT column_name FROM (DESCRIBE SELECT * FROM t)", table: "t")
  }

  @Test func areCopiedWhereTheServerPublishesThem() async throws {
    try await withEndToEnd { run in
      let isPublished = try await run.database.server.major >= 18
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED, b text);
        INSERT INTO t VALUES (1, 1, DEFAULT, 'x'), (2, 2, DEFAULT, 'y')
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        "INSERT INTO t VALUES (3, 3, DEFAULT, 'z'); UPDATE t SET a = 20 WHERE id = 2; DELETE FROM t WHERE id = 1"
      )
      let report = try await run.pipeline().capture()
      #expect(report.resynced.isEmpty)
      #expect(
        try await columns(run)
          == (isPublished
            ? ["[\"id\"]", "[\"a\"]", "[\"twice\"]", "[\"b\"]"] : ["[\"id\"]", "[\"a\"]", "[\"b\"]"]))
      let twice = isPublished ? "twice" : "a * 2"
      #expect(
        try await run.query("SELECT id, \(twice), b FROM t ORDER BY id", table: "t") == [
          "[2,40,\"y\"]", "[3,6,\"z\"]",
        ])
      #expect(try await run.pipeline().verify().isEqual)
      // No more generated: its values are the table's own, in older rows too.
      try await run.database.psql(
        "ALTER TABLE t ALTER twice DROP EXPRESSION; UPDATE t SET twice = 7 WHERE id = 3")
      try await run.pipeline().capture()
      #expect(try await run.query("SELECT id, twice FROM t ORDER BY id", table: "t") == ["[2,40]", "[3,7]"])
    }
  }

  /// From PostgreSQL 18 on; before, a list cannot name them, or there are no lists.
  @Test func areCopiedWhereAListOfColumnsNamesThem() async throws {
    try await withEndToEnd { run in
      let publication = try run.source().publicationName
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED);
        INSERT INTO t VALUES (1, 1), (2, 2)
        """)
      let list =
        "CREATE PUBLICATION \(publication) FOR TABLE t (id, twice) WITH (publish_via_partition_root = true)"
      guard try await run.database.server.major >= 18 else {
        await #expect(throws: Command.Failure.self) { try await run.database.psql(list) }
        return
      }
      try await run.database.psql(list)
      try await run.pipeline().fullLoad()
      try await run.database.psql("INSERT INTO t VALUES (3, 3); UPDATE t SET a = 20 WHERE id = 2")
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      #expect(try await run.query("SELECT * FROM t ORDER BY id", table: "t") == ["[1,2]", "[2,40]", "[3,6]"])
    }
  }

  @Test func followANewExpressionOrStayAway() async throws {
    try await withEndToEnd { run in
      let major = try await run.database.server.major
      let away = major >= 18 ? ", away int GENERATED ALWAYS AS (a * 3) VIRTUAL" : ""
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED\(away));
        INSERT INTO t VALUES (1, 1), (2, 2)
        """)
      try await run.pipeline().fullLoad()
      if major >= 17 { try await run.database.psql("ALTER TABLE t ALTER twice SET EXPRESSION AS (a * 5)") }
      try await run.database.psql(
        "ALTER TABLE t ADD late int GENERATED ALWAYS AS (a + 1) STORED; INSERT INTO t VALUES (3, 3)")
      try await run.pipeline().capture()
      let rows = try await run.query("SELECT * FROM t ORDER BY id", table: "t")
      #expect(
        rows == (major >= 18 ? ["[1,1,5,2]", "[2,2,10,3]", "[3,3,15,4]"] : ["[1,1]", "[2,2]", "[3,3]"]))
    }
  }
}
