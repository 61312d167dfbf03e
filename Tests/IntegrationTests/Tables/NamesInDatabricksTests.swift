/// Names that PostgreSQL tells apart and Unity Catalog does not: the naming rule, and what it cannot name.
import CDCCore
import TestSupport
import Testing

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
}
