/// Tables that change places, and tables that leave the log for a while.
import CDCCore
import PGWire
import TestSupport
import Testing

@Suite struct TableSwitchTests {
  private static let two = """
    CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE u (id int PRIMARY KEY, v text);
    INSERT INTO t SELECT i, 't' FROM generate_series(1, 20) i; INSERT INTO u SELECT i, 'u' FROM generate_series(1, 30) i;

    """

  private func resynced(_ run: EndToEnd) async throws -> Set<String> {
    Set(try await run.pipeline().capture().resynced.map(\.name))
  }

  /// Each is another table from then on, in one transaction with changes or not.
  @Test(arguments: ["", "BEGIN;"]) func twoSwapTheirNames(_ begin: String) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.two)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        \(begin) UPDATE t SET v = 't, before' WHERE id < 4; UPDATE u SET v = 'u, before' WHERE id < 5;
        ALTER TABLE t RENAME TO x; ALTER TABLE u RENAME TO t; ALTER TABLE x RENAME TO u;
        UPDATE t SET v = 'was u' WHERE id = 7; DELETE FROM u WHERE id = 8; INSERT INTO u VALUES (50, 'was t'); \(begin.isEmpty ? "" : "COMMIT")
        """)
      #expect(try await resynced(run) == ["t", "u"])
      for table in ["t", "u"] { try await run.expectEqual(table) }
      try await run.database.psql(
        "UPDATE t SET v = 'later' WHERE id % 2 = 0; DELETE FROM t WHERE id = 3; UPDATE u SET v = 'later' WHERE id = 50"
      )
      #expect(try await resynced(run).isEmpty)
      for table in ["t", "u"] { try await run.expectEqual(table) }
    }
  }

  /// PostgreSQL lets a table do so only where it is not published by its name.
  @Test func oneThatWasUnloggedForAWhileIsLoadedAgain() async throws {
    try await withEndToEnd { run in
      let name = try run.source().publicationName
      try await run.database.psql(Self.two)
      try await run.pipeline().fullLoad()
      await #expect(throws: (any Error).self) { try await run.database.psql("ALTER TABLE t SET UNLOGGED") }
      try await run.database.psql(
        """
        UPDATE t SET v = 'before' WHERE id = 1; ALTER PUBLICATION \(name) DROP TABLE t; ALTER TABLE t SET UNLOGGED;
        UPDATE t SET v = 'in no log' WHERE id < 5; UPDATE u SET v = 'w' WHERE id = 1
        """)
      // What only a pattern names is left out meanwhile, the copy stays; what is named stops the run.
      #expect(try await resynced(run).isEmpty)
      try await run.expectEqual("u")
      #expect(try await run.query("SELECT count(*)::int FROM t WHERE v = 'in no log'", table: "t") == ["[0]"])
      let named = ResourceList([Resource("t"), Resource("u")])
      let error = await #expect(throws: CDCError.self) { try await run.pipeline(named).capture() }
      #expect(error?.table?.name == "t" && error?.message.contains("SET LOGGED") == true)
      try await run.database.psql("ALTER TABLE t SET LOGGED; UPDATE t SET v = 'logged' WHERE id = 3")
      #expect(try await resynced(run) == ["t"])
      try await run.database.psql("UPDATE t SET v = 'later' WHERE id = 9; DELETE FROM t WHERE id = 10")
      #expect(try await resynced(run).isEmpty)
      for table in ["t", "u"] { try await run.expectEqual(table) }
    }
  }

  /// That its table is published does not keep it from it.
  @Test func aPartitionThatIsUnloggedIsRefused() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
        CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE UNLOGGED TABLE t_2 PARTITION OF t DEFAULT;
        INSERT INTO t SELECT i, 'v' FROM generate_series(1, 20) i;
        """)
      let load = await #expect(throws: CDCError.self) { try await run.pipeline().fullLoad() }
      #expect(load?.table?.name == "t" && load?.message.contains("ALTER TABLE t_2 SET LOGGED") == true)
      try await run.database.psql("ALTER TABLE t_2 SET LOGGED")
      try await run.pipeline().fullLoad()
      try await run.database.psql("ALTER TABLE t_1 SET UNLOGGED; UPDATE t SET v = 'in no log' WHERE id = 3")
      let capture = await #expect(throws: CDCError.self) { try await run.pipeline().capture() }
      #expect(capture?.message.contains("ALTER TABLE t_1 SET LOGGED") == true)
      try await run.database.psql("ALTER TABLE t_1 SET LOGGED; UPDATE t SET v = 'later' WHERE id IN (4, 14)")
      #expect(try await resynced(run) == ["t"])
      try await run.expectEqual("t")
    }
  }
}
