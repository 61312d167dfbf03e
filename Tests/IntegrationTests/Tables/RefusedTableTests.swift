/// Tables that leave no changes in the log: who names one is told why it cannot be copied, who names a pattern gets the rest.
import CDCCore
import DeltaSink
import TestSupport
import Testing

@Suite struct RefusedTableTests {
  @Test(arguments: [
    ("CREATE UNLOGGED TABLE r (id int PRIMARY KEY)", "unlogged"),
    ("CREATE TEMPORARY TABLE r (id int PRIMARY KEY); SELECT pg_sleep(60)", "temporary"),
    ("CREATE VIEW r AS SELECT 1 AS id", "view"),
    ("CREATE MATERIALIZED VIEW r AS SELECT 1 AS id", "view"),
    ("CREATE TABLE p (id int) PARTITION BY LIST (id); CREATE TABLE r PARTITION OF p DEFAULT", "partition"),
  ])
  func areRefusedWithAReason(_ sql: String, reason: String) async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
      let session = Task { try await run.database.psql(sql) }
      #expect(
        try await eventually {
          try await run.database.psql("SELECT count(*) FROM pg_class WHERE relname = 'r'") == "1"
        })
      await #expect {
        try await run.pipeline(ResourceList([Resource("t"), Resource("r")])).fullLoad()
      } throws: { error in
        guard let error = error as? CDCError else { return false }
        return error.code == .configuration && error.message.lowercased().contains(reason)
          && error.table?.name == "r"
      }
      try await run.pipeline().fullLoad()
      try await run.expectEqual("t")
      #expect(try run.destination().tableNames().allSatisfy { $0.name != "r" })
      session.cancel()
      _ = await session.result
    }
  }
}
