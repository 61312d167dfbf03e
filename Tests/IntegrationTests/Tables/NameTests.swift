/// Names that must be quoted, that Delta or a file system would not take, and that look like others.
import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

@Suite struct NameTests {
  /// As the catalog has them; each is a table and a column.
  static let names = [
    "with space", "dot.ted", "quo\"te", "single'quote", "UPPER", "Größe 表 🐘", "select", "order by",
    "a,b;c{d}(e)=f",
    "tab\there", "back\\slash/slash", "percent%20", "..", "$dollar", "_hidden", "back`tick",
    String(repeating: "n", count: 63), String(repeating: "é", count: 31), "pg_attribute", "-- comment",
  ]

  private static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

  @Test func areTakenAsTheyAre() async throws {
    try await withEndToEnd { run in
      let resources = ResourceList([Resource("*.*")])
      let columns = Self.names.map { "\(Self.quoted($0)) text" }.joined(separator: ", ")
      var sql =
        "CREATE TABLE columns (id int PRIMARY KEY, \(columns)); INSERT INTO columns VALUES (1, 'x'), (2, NULL);"
      for name in Self.names {
        sql += "CREATE TABLE public.\(Self.quoted(name)) (\(Self.quoted(name)) int PRIMARY KEY, v text);"
        sql += "INSERT INTO public.\(Self.quoted(name)) VALUES (1, 'a'), (2, 'b');"
      }
      sql += "CREATE SCHEMA \"odd.schema name\"; CREATE TABLE \"odd.schema name\".t (id int PRIMARY KEY);"
      try await run.database.psql(sql)
      try await run.pipeline(resources).fullLoad()
      sql =
        "UPDATE columns SET \(Self.quoted(Self.names[2])) = 'changed'; INSERT INTO \"odd.schema name\".t VALUES (5);"
      for name in Self.names {
        sql +=
          "UPDATE public.\(Self.quoted(name)) SET v = 'c' WHERE \(Self.quoted(name)) = 1; DELETE FROM public.\(Self.quoted(name)) WHERE v = 'b';"
      }
      try await run.database.psql(sql)
      try await run.pipeline(resources).capture()
      for (schema, name) in [("odd.schema name", "t"), ("public", "columns")]
        + Self.names.map({ ("public", $0) })
      {
        try await TestSupport.expectEqual(
          lakeTable: try LakeLayout(root: run.lake.path).path(of: TableName(schema: schema, name: name)),
          postgresTable: "\(Self.quoted(schema)).\(Self.quoted(name))", in: run.database,
          engines: [.duckdb])
      }
    }
  }

  @Test func ofOneTableInTwoSchemasAreTwoTables() async throws {
    try await withEndToEnd { run in
      let resources = ResourceList([Resource("public.*"), Resource("other.*")])
      try await run.database.psql(
        """
        CREATE SCHEMA other; CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE other.t (id text PRIMARY KEY);
        INSERT INTO t VALUES (1, 'a'); INSERT INTO other.t VALUES ('b')
        """)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        "INSERT INTO t VALUES (2, 'c'); INSERT INTO other.t VALUES ('d'); DELETE FROM t WHERE id = 1")
      try await run.pipeline(resources).capture()
      try await run.expectEqual("t")
      try await TestSupport.expectEqual(
        lakeTable: run.lake.path("other/t"), postgresTable: "other.t", in: run.database)
    }
  }

  @Test func ofTablesThatDifferByCaseAreTwoTables() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE \"T\" (id int PRIMARY KEY, v text); INSERT INTO \"T\" VALUES (1, 'a')"
      )
      try await run.pipeline().fullLoad()
      try await run.database.psql("INSERT INTO t VALUES (2); INSERT INTO \"T\" VALUES (3, 'b')")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      try await TestSupport.expectEqual(
        lakeTable: run.lake.path("public/T"), postgresTable: "public.\"T\"", in: run.database)
    }
  }

  /// Delta's columns are found whatever their case: one of the two has to be left out.
  @Test func ofColumnsThatDifferByCaseAreRefusedUntilOneIsLeftOut() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v int, \"V\" int); INSERT INTO t VALUES (1, 2, 3)")
      await #expect {
        try await run.pipeline().fullLoad()
      } throws: { error in
        "\(error)".contains("\"V\"") && "\(error)".contains("leave one of them out")
      }
      let hints = ResourceHints(columns: ["V": ColumnHint(isIncluded: false)])
      let resources = ResourceList([Resource("t", hints: hints)])
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql("UPDATE t SET v = 5, \"V\" = 6")
      try await run.pipeline(resources).capture()
      #expect(try await run.query("SELECT id, v FROM t", table: "t") == ["[1,5]"])
      try await run.database.psql("ALTER TABLE t ADD COLUMN \"ID\" int; UPDATE t SET \"ID\" = 1")
      await #expect { try await run.pipeline(resources).capture() } throws: { error in
        "\(error)".contains("\"ID\"") && "\(error)".contains("leave one of them out")
      }
    }
  }
}
