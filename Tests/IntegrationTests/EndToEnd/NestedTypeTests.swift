/// Structs, maps and lists in the lake, beyond single values: merged, left unchanged, odd names, many rows.
import CDCCore
import TestSupport
import Testing

@Suite struct NestedTypeTests {
  private static let setup = """
    CREATE EXTENSION hstore;
    CREATE TYPE part AS (name text, "odd name, {really}" numeric(8,2)); CREATE DOMAIN parts AS part[];
    CREATE TYPE whole AS (id int, parts part[], more parts, attributes hstore, at timestamptz, "UPPER" text);
    CREATE TABLE t (id int PRIMARY KEY, n int, w whole, h hstore, l text[], d whole[]);
    ALTER TABLE t ALTER w SET STORAGE EXTERNAL, ALTER h SET STORAGE EXTERNAL, ALTER l SET STORAGE EXTERNAL;
    """

  private static func rows(_ range: ClosedRange<Int>) -> String {
    """
    INSERT INTO t SELECT i, i,
      ROW(i, ARRAY[ROW('part ' || i, i / 4.0)::part, NULL, ROW(NULL, NULL)::part], '{"(\\"a, \\"\\"b\\"\\"\\",1)"}',
        hstore(ARRAY['a', i::text, 'b', NULL]), timestamptz '2024-01-01Z' + i * interval '1 hour', repeat('x', i % 7 * 1000))::whole,
      CASE WHEN i % 5 > 0 THEN hstore('long', repeat('y', i % 5 * 1000)) || hstore(i::text, NULL) END,
      CASE WHEN i % 3 > 0 THEN ARRAY[repeat('z', i % 3 * 2000), NULL, i::text] END,
      CASE WHEN i % 4 > 0 THEN ARRAY[NULL, ROW(i, NULL, NULL, NULL, NULL, 'u')::whole] END
    FROM generate_series(\(range.lowerBound), \(range.upperBound)) i;
    """
  }

  @Test(
    "They survive load, insert, update with and without new values, delete and a full row of nulls",
    arguments: [true, false])
  func survive(_ binary: Bool) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        Self.setup + (binary ? "" : "ALTER TABLE t ADD COLUMN q tsquery;") + Self.rows(1...300)
          + "INSERT INTO t VALUES (0); INSERT INTO t VALUES (1000, 1, ROW(NULL, NULL, NULL, NULL, NULL, NULL), '', '{}', '{}');"
      )
      try await run.pipeline().fullLoad()
      try await run.expectEqual("t")
      try await run.database.psql(
        Self.rows(301...400)
          + """
          UPDATE t SET n = -n WHERE id % 2 = 0;
          UPDATE t SET w.at = NULL WHERE id % 10 = 1;
          UPDATE t SET h = h || 'new=>1' WHERE id % 10 = 2;
          UPDATE t SET id = id + 10000 WHERE id % 10 = 3;
          UPDATE t SET w = NULL, d = NULL WHERE id % 10 = 4;
          DELETE FROM t WHERE id % 10 = 5;
          """)
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      // Now the unchanged values come from files that captures wrote.
      try await run.database.psql("UPDATE t SET n = n + 1")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      let report = try await run.pipeline().verify()
      #expect(report.isEqual, "\(report)")
    }
  }

  @Test(
    "A key may be a composite, a range, a citext or a domain",
    arguments: ["pair", "int4range", "citext", "code", "money", "hstore", "int4[]"])
  func keys(_ type: String) async throws {
    let values = [
      "pair": ["ROW(1, 'a')", "ROW(1, NULL)", "ROW(NULL, 'a')"],
      "int4range": ["'[1,2)'", "'empty'", "'(,)'"],
      "citext": ["'a'", "'b'", "'C'"], "code": ["'a'", "'b'", "''"], "money": ["1", "-1", "0.01"],
      "int4[]": ["'{1,NULL}'", "'{}'", "'{1}'"], "hstore": ["'a=>1'", "'a=>NULL'", "''"],
    ]
    let keys = try #require(values[type])
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE TYPE pair AS (a int, b text); CREATE DOMAIN code AS varchar(3);"
          + "CREATE TABLE t (k \(type) PRIMARY KEY, n int); INSERT INTO t VALUES (\(keys[0]), 1), (\(keys[1]), 2)"
      )
      try await run.pipeline().fullLoad()
      try await run.expectEqual("t")
      try await run.database.psql(
        "UPDATE t SET n = 3 WHERE n = 1; DELETE FROM t WHERE n = 2; INSERT INTO t VALUES (\(keys[2]), 4);"
          + "INSERT INTO t VALUES (\(keys[1]), 5); UPDATE t SET k = \(keys[1]) WHERE false")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }

  @Test(
    "A value of many megabytes is carried, by load and by stream in both forms", arguments: [true, false])
  func large(_ binary: Bool) async throws {
    try await withEndToEnd { run in
      let value =
        "repeat(md5('a'), 1000000), decode(repeat(md5('b'), 500000), 'hex'), ARRAY[repeat('c', 20000000)]"
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v text, b bytea, l text[]);"
          + (binary ? "" : "ALTER TABLE t ADD COLUMN q tsquery;") + "INSERT INTO t VALUES (1, \(value))")
      try await run.pipeline().fullLoad()
      try await run.expectEqual("t")
      try await run.database.psql("INSERT INTO t VALUES (2, \(value)); UPDATE t SET id = 3 WHERE id = 1")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }
}
