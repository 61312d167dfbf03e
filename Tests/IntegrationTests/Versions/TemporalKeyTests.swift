/// From PostgreSQL 18 on a primary key may end in a range whose values do not overlap.
import CDCCore
import TestSupport
import Testing

@Suite struct TemporalKeyTests {
  @Test func isAKeyLikeAnyOther() async throws {
    try await withEndToEnd { run in
      let table = """
        CREATE EXTENSION btree_gist;
        CREATE TABLE t (id int, during daterange, v text, PRIMARY KEY (id, during WITHOUT OVERLAPS));
        """
      guard try await run.database.server.major >= 18 else {
        await #expect(throws: Command.Failure.self) { try await run.database.psql(table) }
        return
      }
      try await run.database.psql(
        "\(table) INSERT INTO t VALUES (1, '[2020-01-01,2021-01-01)', 'a'), (1, '[2021-01-01,2022-01-01)', 'b')"
      )
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        UPDATE t SET v = 'c' WHERE during @> date '2020-05-05'; INSERT INTO t VALUES (2, '[2020-01-01,)', 'z');
        UPDATE t SET during = '[2023-01-01,2024-01-01)' WHERE v = 'b'; DELETE FROM t WHERE id = 2
        """)
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await run.expectEqual("t")
    }
  }
}
