/// Tables of unusual shapes.
import CDCCore
import DeltaSink
import TestSupport
import Testing

@Suite struct ShapeTests {
  @Test func columnsDroppedInTheMiddleLeaveNoTrace() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TABLE t (a int, b text, id int PRIMARY KEY, c numeric(6,2), d date, e text);
        INSERT INTO t SELECT i, 'b', i, i, '2026-01-01', 'e' FROM generate_series(1, 20) i;
        ALTER TABLE t DROP COLUMN b, DROP COLUMN d
        """)
      try await run.pipeline().fullLoad()
      try await run.expectEqual("t")
      try await run.database.psql(
        "UPDATE t SET c = 1.25 WHERE id < 5; INSERT INTO t VALUES (7, 70, 2.5, 'new')")
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await run.expectEqual("t")
    }
  }

  /// PostgreSQL sends none of their values before version 18, and then all; other columns are as they are.
  @Test func generatedColumnsAreLeftOutWhereTheyAreNotSent() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TABLE t (g int GENERATED ALWAYS AS (id * 2) STORED, id int PRIMARY KEY, h text GENERATED ALWAYS AS ('h' || n) STORED,
          n int); INSERT INTO t (id, n) SELECT i, i FROM generate_series(1, 9) i
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        "UPDATE t SET n = 5 WHERE id < 4; INSERT INTO t (id) VALUES (20); DELETE FROM t WHERE id = 9")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      let names = try await run.destination().schema(of: TableName(schema: "public", name: "t"))?.columns
      let areSent = try await run.database.server.major >= 18
      #expect(names?.map(\.name) == (areSent ? ["g", "id", "h", "n"] : ["id", "n"]))
    }
  }

  /// As many as PostgreSQL allows.
  @Test(arguments: Place.allCases)
  func aTableOf1600Columns(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      let columns = (1...1599).map { "c\($0) \(["int", "text", "bool"][$0 % 3])" }.joined(separator: ", ")
      let values = (1...1599).map { ["\($0)", "'t'", "true"][$0 % 3] }.joined(separator: ", ")
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, \(columns)); INSERT INTO t VALUES (1, \(values)), (2, \(values))"
      )
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        "UPDATE t SET c1599 = 7, c1 = NULL WHERE id = 1; INSERT INTO t (id, c802) VALUES (3, 'x')")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }

  /// Nothing but how many rows there are: they are appended, with what the log says of them.
  @Test(arguments: Place.allCases)
  func aTableOfNoColumns(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        "CREATE TABLE t (); INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES")
      try await run.pipeline().fullLoad()
      try await run.database.psql("INSERT INTO t DEFAULT VALUES")
      try await run.pipeline().capture()
      #expect(
        try await run.texts("SELECT _cdc_op FROM t ORDER BY 1", path: run.path("t")) == ["c", "r", "r"])
      try await run.database.psql("ALTER TABLE t ADD COLUMN id int; INSERT INTO t VALUES (1)")
      try await run.pipeline().capture()
      #expect(try await run.query("SELECT id FROM t WHERE id IS NOT NULL", table: "t") == ["[1]"])
    }
  }
}
