/// What ALTER TABLE does while changes are captured, and tables that come, go and are loaded again: Databricks follows as the
/// lake does.
import CDCCore
import DeltaSink
import TestSupport
import Testing

@Suite struct TableChangesInDatabricksTests {
  /// Definitions that are followed in place, and ones for which the table is loaded again; the columns of what is changed then.
  private static let followed: [(sql: String, key: String, text: String)] = [
    ("ADD COLUMN c timestamp", "id", "b"), ("RENAME a TO \"new name\"", "id", "b"),
    ("RENAME id TO key", "key", "b"),
    ("RENAME a TO x; ALTER TABLE # RENAME b TO a; ALTER TABLE # RENAME x TO b", "id", "a"),
    ("RENAME a TO z; ALTER TABLE # ADD COLUMN a date", "id", "z = 4, a"),
  ]
  private static let loaded: [(sql: String, key: String, text: String)] = [
    ("ALTER a TYPE bigint USING a + 1", "id", "b"), ("ADD COLUMN c int DEFAULT 5", "id", "b"),
    ("DROP CONSTRAINT #_pkey; ALTER TABLE # ADD PRIMARY KEY (a)", "id", "b"),
  ]

  private static func value(_ text: String) -> String { text.hasSuffix(", a") ? "'2026-01-02'" : "'y'" }

  @Test func definitionsAreFollowedWithinATransactionAndAlone() async throws {
    try await withEndToEnd(.databricks) { run in
      let all = Self.followed + Self.loaded
      for number in all.indices {
        try await run.database.psql(
          """
          CREATE TABLE t\(number) (id int PRIMARY KEY, a int, b text);
          INSERT INTO t\(number) SELECT i, i * 10, 'x' || i FROM generate_series(1, 8) i
          """)
      }
      try await run.pipeline().fullLoad()
      for (number, change) in all.enumerated() {
        let table = "t\(number)"
        try await run.database.psql(
          """
          BEGIN; UPDATE \(table) SET b = 'first' WHERE id = 4;
          ALTER TABLE \(table) \(change.sql.replacing("#", with: table));
          UPDATE \(table) SET \(change.text) = \(Self.value(change.text)) WHERE \(change.key) = 5;
          DELETE FROM \(table) WHERE \(change.key) = 6; COMMIT
          """)
      }
      let report = try await run.pipeline().capture()
      let names = Self.loaded.indices.map { "t\(Self.followed.count + $0)" }
      #expect(report.resynced.map(\.name).sorted() == names)
      for number in all.indices { try await run.expectEqual("t\(number)") }

      for (number, change) in all.enumerated() {
        try await run.database.psql(
          "UPDATE t\(number) SET \(change.text) = \(Self.value(change.text)) WHERE \(change.key) = 7")
      }
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      for number in all.indices { try await run.expectEqual("t\(number)") }
      // Files are laid out by the new key.
      guard let dataset = run.dataset, let last = names.last else { return }
      let details = try await dataset.double.execute(
        "DESCRIBE DETAIL \(dataset.double.catalog).\(dataset.schema).\(last)")
      #expect(details.first?.contains("[\"a\"]") == true, "\(details)")
    }
  }

  /// A dropped column makes room, a shape comes without a change, tables go and are loaded again beside the others.
  @Test func tablesComeAndGo() async throws {
    try await withEndToEnd(.databricks) { run in
      let destination = try #require(try run.dataset?.destination())
      let (t, u) = (TableName(schema: "public", name: "t"), TableName(schema: "public", name: "u"))
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, a int, b text); INSERT INTO t SELECT i, i, 'x' FROM generate_series(1, 9) i;
        CREATE TABLE u (id int PRIMARY KEY, v int); INSERT INTO u VALUES (1, 1)
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        "ALTER TABLE t DROP COLUMN a; INSERT INTO t VALUES (50, 'new'); DROP TABLE u")
      let first = try await run.pipeline(removedTables: .drop).capture()
      #expect(first.resynced.isEmpty)
      #expect(
        try await run.query("SELECT count(a)::int, count(*)::int FROM t", table: "t") == ["[9,10]"])
      #expect(try await destination.schema(of: u) == nil)
      #expect(try await destination.tableNames() == [t])

      try await run.database.psql(
        """
        ALTER TABLE t ADD COLUMN a text; UPDATE t SET a = 'again' WHERE id = 3;
        CREATE TABLE u (id int PRIMARY KEY, other text); INSERT INTO u VALUES (1, 'new');
        COMMENT ON TABLE t IS 'it''s t'; COMMENT ON COLUMN t.b IS 'it''s b'
        """)
      #expect(try await run.pipeline().capture().resynced == [u])
      try await run.expectEqual("t")
      try await run.expectEqual("u")
      try await run.database.psql("ALTER TABLE t RENAME b TO c")
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await run.expectEqual("t")

      try await run.database.psql("UPDATE t SET c = 'later' WHERE id = 1; UPDATE u SET other = 'later'")
      #expect(try await run.pipeline().reload([t]).tables.map(\.name) == [t])
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      try await run.expectEqual("u")
      let comments = try await destination.schema(of: t)?.columns.map(\.comment)
      #expect(comments == [nil, "it's b", nil])
      let catalog = "\(run.dataset?.double.catalog ?? "").information_schema.tables"
      let said = try await run.dataset?.double.execute(
        "SELECT comment FROM \(catalog) WHERE table_schema = '\(run.dataset?.schema ?? "")' AND table_name = 't'"
      )
      #expect(said == [["it's t"]])

      // What the source takes away goes; what a person has written stays.
      let table = "\(run.dataset?.double.catalog ?? "").\(run.dataset?.schema ?? "").t"
      _ = try await run.dataset?.double.execute("ALTER TABLE \(table) ALTER COLUMN a COMMENT 'a person''s'")
      try await run.database.psql(
        """
        COMMENT ON TABLE t IS NULL; COMMENT ON COLUMN t.c IS NULL; ALTER TABLE t ADD COLUMN d int;
        UPDATE t SET d = 1 WHERE id = 2
        """)
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      let left = try await destination.schema(of: t)?.columns.map { $0.comment ?? "" }
      #expect(left == ["", "", "a person's", ""])
      let nothing = try await run.dataset?.double.execute(
        "SELECT coalesce(comment, '') FROM \(catalog) WHERE table_schema = '\(run.dataset?.schema ?? "")' AND table_name = 't'"
      )
      #expect(nothing == [[""]])
    }
  }

  /// Definitions of tables that keep the past; beside them a partition that is emptied, and a table under another name.
  @Test(arguments: Place.allCases)
  func thePastIsKeptThroughDefinitionsAndPartitionsAndNamesAreFollowed(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      let resources = ResourceList([
        Resource("public.s", hints: ResourceHints(writeDisposition: .softDelete)),
        Resource("public.v", hints: ResourceHints(writeDisposition: .scd2)), Resource("public.*"),
      ])
      try await run.database.psql(
        """
        CREATE TABLE s (id int PRIMARY KEY, a int, b text); INSERT INTO s SELECT i, i * 10, 'x' FROM generate_series(1, 6) i;
        CREATE TABLE v (LIKE s INCLUDING ALL); INSERT INTO v TABLE s; CREATE TABLE r (LIKE s INCLUDING ALL); INSERT INTO r TABLE s;
        CREATE TABLE p (id int, part int, v text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
        CREATE TABLE p_1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p_2 PARTITION OF p FOR VALUES IN (2);
        INSERT INTO p SELECT i, 1 + i % 2, 'v' FROM generate_series(1, 9) i;
        """)
      try await run.pipeline(resources).fullLoad()
      func change(_ sql: String) async throws {
        for table in ["s", "v"] { try await run.database.psql(sql.replacing("#", with: table)) }
      }
      try await change(
        """
        UPDATE # SET a = 11 WHERE id = 1; DELETE FROM # WHERE id = 2; ALTER TABLE # ADD COLUMN c int; UPDATE # SET c = 1 WHERE id = 3;
        ALTER TABLE # RENAME a TO z; UPDATE # SET z = 44 WHERE id = 4; DELETE FROM # WHERE id = 3; INSERT INTO # VALUES (7, 70, 'new', 7);
        """)
      try await run.database.psql(
        """
        UPDATE p SET v = 'w'; TRUNCATE p_1; INSERT INTO p VALUES (1, 1, 'back');
        UPDATE r SET a = 1 WHERE id = 1; ALTER TABLE r RENAME TO fresh; UPDATE fresh SET a = 2 WHERE id = 1;
        """)
      let first = try await run.pipeline(resources).capture().resynced.map(\.name)
      #expect(first.contains("fresh") && !first.contains("s") && !first.contains("v"))
      for table in ["p", "fresh"] { try await run.expectEqual(table) }
      #expect(try await run.query("SELECT a FROM t WHERE id = 1", table: "r") == ["[1]"])

      try await change(
        "ALTER TABLE # DROP COLUMN b; UPDATE # SET z = 55 WHERE id = 5; DELETE FROM # WHERE id = 6")
      #expect(try await run.pipeline(resources).capture().resynced.isEmpty)
      let present = "id, z, coalesce(c, 0)"
      try await run.expectRows("s", present, where: "_cdc_deleted_at IS NULL")
      try await run.expectRows("v", present, where: "_cdc_is_current")
      func past(_ table: String, _ filter: String) async throws -> [String] {
        try await run.texts(
          "SELECT concat_ws('|', id, z, b, coalesce(c, 0)) FROM t WHERE \(filter) ORDER BY 1",
          path: run.path(table))
      }
      // A dropped column is null in all that is written from then on, rows that are marked or ended among it.
      let removed = try await past("s", "_cdc_deleted_at IS NOT NULL")
      #expect(removed == ["2|20|x|0", "3|30|x|1", "6|60|0"])
      let ended = try await past("v", "NOT _cdc_is_current")
      #expect(
        ended == ["1|10|x|0", "2|20|x|0", "3|30|x|0", "3|30|x|1", "4|40|x|0", "5|50|0", "6|60|0"])
    }
  }
}
