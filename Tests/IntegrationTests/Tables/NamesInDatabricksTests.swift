/// Names that PostgreSQL tells apart and Unity Catalog does not: the naming rule, and what it cannot name.
import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

@Suite struct NamesInDatabricksTests {
  @Test func ofEqualTablesInTwoSchemasFollowTheRuleAndThoseThatDifferByCaseAreRefused() async throws {
    try await withEndToEnd(.databricks) { run in
      try await run.database.psql(
        """
        CREATE SCHEMA "Other"; CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE "Other".t (id text PRIMARY KEY);
        CREATE TABLE "T" (id int PRIMARY KEY); INSERT INTO t VALUES (1, 'a'); INSERT INTO "Other".t VALUES ('b')
        """)
      await #expect {
        try await run.pipeline(ResourceList([Resource("public.*")])).fullLoad()
      } throws: { error in
        let text = "\(error)"
        return text.contains("public.t") && text.contains("public.T") && text.contains("ignores case")
      }
      let resources = ResourceList([Resource("public.t"), Resource("Other.*")])
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        "INSERT INTO t VALUES (2, 'c'); DELETE FROM t WHERE id = 1; INSERT INTO \"Other\".t VALUES ('d')")
      try await run.pipeline(resources).capture()
      try await run.expectEqual("t")
      try await TestSupport.expectEqual(
        lakeTable: run.path("other__t"), postgresTable: "\"Other\".t", in: run.database)
    }
  }

  /// Each of the names as a column, and some as tables.
  @Test func areTakenAsTheyAre() async throws {
    try await withEndToEnd(.databricks) { run in
      func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
      let tables = ["with space", "quo\"te", "single'quote", "Größe", "back`tick", "percent%20"]
      let resources = ResourceList([Resource("public.*")])
      try await run.database.psql(
        "CREATE TABLE columns (id int PRIMARY KEY, \(NameTests.names.map { "\(quoted($0)) text" }.joined(separator: ", ")));"
          + "INSERT INTO columns VALUES (1, 'x'), (2, NULL);"
          + tables.map {
            "CREATE TABLE \(quoted($0)) (\(quoted($0)) int PRIMARY KEY, v text); INSERT INTO \(quoted($0)) VALUES (1, 'a'), (2, 'b');"
          }.joined())
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        "UPDATE columns SET \(NameTests.names.map { "\(quoted($0)) = 'changed'" }.joined(separator: ", ")) WHERE id = 2;"
          + tables.map {
            "UPDATE \(quoted($0)) SET v = 'c' WHERE \(quoted($0)) = 1; DELETE FROM \(quoted($0)) WHERE v = 'b';"
          }.joined())
      try await run.pipeline(resources).capture()
      let verified = try await run.pipeline(resources).verify()
      #expect(verified.isEqual, "\(verified)")
      for table in ["columns"] + tables {
        try await TestSupport.expectEqual(
          lakeTable: run.path(try DatabricksLayout.target(of: TableName(schema: "public", name: table))),
          postgresTable: "public.\(quoted(table))", in: run.database, engines: [.duckdb])
      }
    }
  }
}
