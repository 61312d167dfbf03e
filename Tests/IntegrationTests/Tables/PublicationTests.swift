/// Publications that the tables' owner has made, with lists of columns and filters of rows.
import CDCCore
import DeltaSink
import PGWire
import TestSupport
import Testing

@Suite struct PublicationTests {
  /// The publication says what is copied, of the rows that are there and of those that come. PostgreSQL 14 knows no lists and
  /// no filters: it publishes whole tables.
  @Test func columnListsAndRowFiltersHoldForLoadAndCapture() async throws {
    try await withEndToEnd { run in
      let source = try run.source()
      let hasLists = try await run.database.server.major >= 15
      let tables =
        hasLists ? "t (id, v, n), u WHERE (id > 10), p (id, part) WHERE (id < 15)" : "t, u, p"
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, secret text, v text, n int); CREATE TABLE u (id int PRIMARY KEY, v text);
        CREATE TABLE p (id int, part int, v text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
        CREATE TABLE p_1 (v text, part int NOT NULL, id int NOT NULL); ALTER TABLE p ATTACH PARTITION p_1 FOR VALUES IN (1);
        CREATE TABLE p_2 PARTITION OF p FOR VALUES IN (2);
        INSERT INTO t SELECT i, 'secret', 'v' || i, i FROM generate_series(1, 20) i;
        INSERT INTO u SELECT i, 'v' FROM generate_series(1, 20) i; INSERT INTO p SELECT i, 1 + i % 2, 'v' FROM generate_series(1, 20) i;
        CREATE PUBLICATION \(source.publicationName) FOR TABLE \(tables)
          WITH (publish_via_partition_root = true);
        """)
      try await run.pipeline().fullLoad()
      #expect(try await run.query("SELECT count(*)::int FROM t", table: "u") == [hasLists ? "[10]" : "[20]"])
      try await run.database.psql(
        """
        UPDATE t SET secret = 'other', v = 'changed' WHERE id < 4; INSERT INTO t VALUES (30, 's', 'new', 1); DELETE FROM t WHERE id = 5;
        UPDATE u SET v = 'w'; INSERT INTO u VALUES (5000, 'in'), (0, 'out'); UPDATE u SET id = 100 WHERE id = 3; UPDATE u SET id = -1 WHERE id = 15;
        DELETE FROM u WHERE id = 16; UPDATE p SET id = id + 40 WHERE id IN (3, 17); UPDATE p SET id = 0 WHERE id = 20; UPDATE p SET part = 2 WHERE id = 4; DELETE FROM p WHERE id = 8;
        """)
      #expect(try await run.pipeline(limits: BatchLimits(rows: 5)).capture().resynced.isEmpty)
      try await expect(run, "t", hasLists ? "id, v, n" : "id, secret, v, n")
      try await expect(run, "u", "id, v", where: hasLists ? "id > 10" : "true")
      try await expect(run, "p", hasLists ? "id, part" : "id, part, v", where: hasLists ? "id < 15" : "true")
      let names = try await run.destination().schema(of: TableName(schema: "public", name: "t"))?.columns
      #expect(names?.map(\.name) == (hasLists ? ["id", "v", "n"] : ["id", "secret", "v", "n"]))
    }
  }

  /// What lies out of line and was left as it was does not come with a row that an update brings into the filter. PostgreSQL 14
  /// has no filters: there the row is one that the copy has, with its value.
  @Test func aRowThatComesIntoTheFilterHasItsLargeValues() async throws {
    try await withEndToEnd { run in
      let hasFilters = try await run.database.server.major >= 15
      let filter = hasFilters ? "id > 10" : "true"
      try await run.database.psql(
        """
        CREATE TABLE u (id int PRIMARY KEY, v text); ALTER TABLE u ALTER v SET STORAGE EXTERNAL;
        INSERT INTO u SELECT i, repeat(chr(64 + i), 10000) FROM generate_series(1, 20) i;
        CREATE PUBLICATION \(try run.source().publicationName) FOR TABLE u \(hasFilters ? "WHERE (\(filter))" : "")
          WITH (publish_via_partition_root = true);
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        "UPDATE u SET id = 100 WHERE id = 3; UPDATE u SET id = 200 WHERE id = 12; INSERT INTO u VALUES (300, 'x')"
      )
      let resynced = try await run.pipeline().capture().resynced
      #expect(resynced == (hasFilters ? [TableName(schema: "public", name: "u")] : []))
      try await expect(run, "u", "id, v", where: filter)
      try await run.database.psql("UPDATE u SET v = 'y' WHERE id = 100; DELETE FROM u WHERE id = 200")
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await expect(run, "u", "id, v", where: filter)
    }
  }

  /// What is copied afterwards is what the publication says then. On PostgreSQL 14 a table that was out of it for a while has
  /// no more to change than that.
  @Test func aListOrFilterThatChangesHasTheTableLoadedAgain() async throws {
    try await withEndToEnd { run in
      guard try await run.database.server.major >= 15 else { return try await tableComesBack(run) }
      let publication = try run.source().publicationName
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, a text, b text); INSERT INTO t SELECT i, 'a', 'b' FROM generate_series(1, 20) i;
        CREATE PUBLICATION \(publication) FOR TABLE t (id, a) WHERE (id < 10) WITH (publish_via_partition_root = true);
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        UPDATE t SET a = 'x', b = 'x' WHERE id % 2 = 0; ALTER PUBLICATION \(publication) SET TABLE t (id, b) WHERE (id > 5);
        UPDATE t SET a = 'y', b = 'y' WHERE id % 3 = 0; ALTER TABLE t ADD COLUMN c int;
        """)
      #expect(try await run.pipeline().capture().resynced == [TableName(schema: "public", name: "t")])
      try await expect(run, "t", "id, b", where: "id > 5")
      try await run.database.psql(
        "UPDATE t SET b = 'z', c = 1 WHERE id % 4 = 0; UPDATE t SET id = 40 WHERE id = 2")
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await expect(run, "t", "id, b", where: "id > 5")
    }
  }

  private func tableComesBack(_ run: EndToEnd) async throws {
    let publication = try run.source().publicationName
    try await run.database.psql(
      "CREATE TABLE t (id int PRIMARY KEY, a text, b text); INSERT INTO t SELECT i, 'a', 'b' FROM generate_series(1, 20) i"
    )
    try await run.pipeline().fullLoad()
    try await run.database.psql(
      """
      ALTER PUBLICATION \(publication) DROP TABLE t; UPDATE t SET a = 'x' WHERE id % 2 = 0;
      ALTER PUBLICATION \(publication) ADD TABLE t; UPDATE t SET a = 'y' WHERE id % 3 = 0
      """)
    #expect(try await run.pipeline().capture().resynced == [TableName(schema: "public", name: "t")])
    try await expect(run, "t", "id, a, b")
  }

  private func expect(
    _ run: EndToEnd, _ table: String, _ columns: String, where filter: String = "true"
  ) async throws {
    let wanted = try await run.database.psql(
      "SELECT concat_ws('|', \(columns)) FROM \(table) WHERE \(filter)")
    let held = try await run.texts("SELECT concat_ws('|', \(columns)) FROM t", path: run.path(table))
    #expect(held.sorted() == wanted.split(separator: "\n").map(String.init).sorted())
  }
}
