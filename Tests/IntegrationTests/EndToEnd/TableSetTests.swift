/// Tables that come, go, and are loaded again, beside others that go on.
import CDCCore
import DeltaSink
import TestSupport
import Testing

@Suite struct TableSetTests {
  private static let two = """
    CREATE TABLE t (id bigint PRIMARY KEY, v bigint); CREATE TABLE u (id bigint PRIMARY KEY, v bigint);
    INSERT INTO t SELECT i, 0 FROM generate_series(1, 50000) i; INSERT INTO u SELECT i, 0 FROM generate_series(1, 50000) i
    """

  private func table(_ name: String) -> TableName { TableName(schema: "public", name: name) }

  private func loads(_ run: EndToEnd, _ name: String) async throws -> Int {
    try await run.destination().history(of: table(name), limit: 1000).count { $0.operation == "WRITE" }
  }

  @Test func reloadsOneTableExactlyWhileOthersGoOn() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.two)
      try await run.pipeline().fullLoad()
      let writers = [Writer(run.database, number: 0), Writer(run.database, number: 1, table: "u")]
      for _ in 1...3 {
        try await run.pipeline(limits: BatchLimits(rows: 300)).capture()
        let before = try await run.destination().lastCheckpoint(of: run.name)
        let report = try await run.pipeline().reload([table("t")])
        #expect(report.tables.map(\.name) == [table("t")])
        #expect(try await run.destination().lastCheckpoint(of: run.name)?.position == before?.position)
      }
      for writer in writers { try await writer.stop() }
      try await run.pipeline(limits: BatchLimits(rows: 300)).capture()
      try await run.expectEqual("t")
      try await run.expectEqual("u")
      #expect(try await loads(run, "t") == 4)
      #expect(try await loads(run, "u") == 1)
    }
  }

  /// What the same run has committed before stays behind the checkpoint.
  @Test func aTableLoadedOnTheWayDoesNotSetTheOthersBack() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.two)
      try await run.pipeline().fullLoad()
      let limits = BatchLimits(delay: .milliseconds(20))
      let capture = Task { try await run.pipeline(limits: limits).capture(until: .never) }
      for number in 1...3 {
        try await run.database.psql("UPDATE t SET v = \(number) WHERE id = 1")
        let isThere = try await eventually {
          try await run.query("SELECT v FROM t WHERE id = 1", table: "t") == ["[\(number)]"]
        }
        #expect(isThere)
      }
      try await run.database.psql(
        "ALTER TABLE u ADD COLUMN w int DEFAULT 7; UPDATE u SET v = 1 WHERE id = 1")
      let isLoaded = try await eventually {
        try await run.query("SELECT v FROM t WHERE id = 1", table: "u") == ["[1]"]
      }
      #expect(isLoaded)
      capture.cancel()
      _ = await capture.result
      try await run.expectEqual("u")
      let positions = try await LakeReader.query(
        "SELECT position FROM t ORDER BY sequence", tables: ["t": run.lake.path("_cdc_loads")]
      ).compactMap { LSN(String($0.dropFirst(2).dropLast(2))) }
      #expect(positions.count >= 5 && positions == positions.sorted(), "\(positions)")
    }
  }

  @Test func joinsATableThatIsCreatedInAPublishedSchema() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.two)
      try await run.pipeline().fullLoad()
      let writers = [Writer(run.database, number: 0), Writer(run.database, number: 1, table: "u")]
      try await run.database.psql(
        """
        CREATE TABLE late (id bigint PRIMARY KEY, v bigint); INSERT INTO late SELECT i, i FROM generate_series(1, 50000) i;
        CREATE TABLE keyless (v int); INSERT INTO keyless VALUES (1), (1)
        """)
      let late = Writer(run.database, number: 2, table: "late")
      let report = try await run.pipeline().capture()
      #expect(report.resynced == [table("late"), table("keyless")])
      for _ in 1...2 { #expect(try await run.pipeline().capture().resynced.isEmpty) }
      for writer in writers + [late] { try await writer.stop() }
      try await run.database.psql("INSERT INTO keyless VALUES (2)")
      try await run.pipeline().capture()
      for name in ["t", "u", "late"] { try await run.expectEqual(name) }
      #expect(try await loads(run, "t") == 1)
      let rows = try await run.query("SELECT v, count(*)::int FROM t GROUP BY v ORDER BY v", table: "keyless")
      #expect(rows == ["[1,2]", "[2,1]"])
    }
  }

  @Test func joinsATableThatIsNewlyListedAndLeavesOneThatIsNot() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.two)
      let (one, other) = (ResourceList([Resource("t")]), ResourceList([Resource("u")]))
      try await run.pipeline(one).fullLoad()
      try await run.database.psql("UPDATE t SET v = 1 WHERE id < 100; UPDATE u SET v = 1 WHERE id < 100")
      #expect(try await run.pipeline(one).capture().resynced.isEmpty)
      #expect(try await run.pipeline(other).capture().resynced == [table("u")])
      try await run.database.psql("UPDATE t SET v = 2 WHERE id < 50; UPDATE u SET v = 2 WHERE id < 50")
      #expect(try await run.pipeline(other).capture().resynced.isEmpty)
      try await run.expectEqual("u")
      #expect(try await run.query("SELECT sum(v)::int FROM t", table: "t") == ["[99]"])
      let both = ResourceList([Resource("t"), Resource("u")])
      #expect(try await run.pipeline(both).capture().resynced == [table("t")])
      try await run.expectEqual("t")
      try await run.expectEqual("u")
    }
  }

  @Test(arguments: RemovedTables.allCases)
  func aTableDroppedAtTheSourceIsKeptOrDroppedAsTold(_ policy: RemovedTables) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.two)
      let resources = ResourceList([Resource("t"), Resource("u")])
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        "UPDATE u SET v = 7 WHERE id = 1; DROP TABLE u; UPDATE t SET v = 1 WHERE id = 1")
      try await run.pipeline(resources, removedTables: policy).capture()
      try await run.expectEqual("t")
      let isThere = try run.destination().tableNames().contains(table("u"))
      #expect(isThere == (policy == .keep))
      if policy == .keep {
        #expect(try await run.query("SELECT v::int FROM t WHERE id = 1", table: "u") == ["[7]"])
      }
      try await run.database.psql(
        "CREATE TABLE u (id int PRIMARY KEY, other text); INSERT INTO u VALUES (1, 'new')")
      #expect(try await run.pipeline(resources).capture().resynced == [table("u")])
      try await run.expectEqual("u")
    }
  }

  @Test func aTableDroppedAndCreatedAgainIsAnotherTable() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.two)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        UPDATE u SET v = 5 WHERE id < 10; DROP TABLE u; CREATE TABLE u (id bigint PRIMARY KEY, v bigint);
        INSERT INTO u VALUES (1, 1), (2, 2); UPDATE t SET v = 3 WHERE id = 3
        """)
      #expect(try await run.pipeline().capture().resynced == [table("u")])
      try await run.database.psql("UPDATE u SET v = 9 WHERE id = 2")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      try await run.expectEqual("u")
    }
  }

  @Test(arguments: ["ALTER TABLE u RENAME TO fresh", "CREATE SCHEMA s; ALTER TABLE u SET SCHEMA s"])
  func aTableUnderANewNameIsANewTable(_ sql: String) async throws {
    try await withEndToEnd { run in
      let resources = ResourceList([Resource("public.*"), Resource("s.*")])
      try await run.database.psql(Self.two)
      try await run.pipeline(resources).fullLoad()
      let name = sql.contains("SCHEMA") ? "s.u" : "public.fresh"
      try await run.database.psql(
        "UPDATE u SET v = 7 WHERE id = 1; \(sql); UPDATE \(name) SET v = 8 WHERE id = 1; UPDATE t SET v = 8 WHERE id = 1"
      )
      let report = try await run.pipeline(resources).capture()
      #expect(report.resynced.map(\.description) == [name])
      try await run.database.psql("UPDATE \(name) SET v = 9 WHERE id = 2")
      try await run.pipeline(resources).capture()
      try await TestSupport.expectEqual(
        lakeTable: run.lake.path(name.replacing(".", with: "/")), postgresTable: name, in: run.database)
      try await run.expectEqual("t")
      #expect(try await run.query("SELECT v::int FROM t WHERE id = 1", table: "u") == ["[7]"])
    }
  }

  @Test(arguments: [
    (
      "CREATE TABLE t_new PARTITION OF t FOR VALUES FROM (100) TO (200); INSERT INTO t VALUES (150, 'new')",
      false
    ),
    (
      "CREATE TABLE l (id int PRIMARY KEY, v text); INSERT INTO l VALUES (150, 'old'); "
        + "ALTER TABLE t ATTACH PARTITION l FOR VALUES FROM (100) TO (200); INSERT INTO t VALUES (151, 'x')",
      true
    ),
    (
      "BEGIN; CREATE TABLE l (id int PRIMARY KEY, v text); INSERT INTO l VALUES (150, 'old'); "
        + "ALTER TABLE t ATTACH PARTITION l FOR VALUES FROM (100) TO (200); COMMIT", true
    ),
    ("ALTER TABLE t DETACH PARTITION t_b", true), ("DROP TABLE t_b; INSERT INTO t VALUES (1, 'x')", true),
  ])
  func partitionsComeAndGo(_ sql: String, loads: Bool) async throws {
    try await withEndToEnd { run in
      let resources = ResourceList([Resource("t")])
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
        CREATE TABLE t_a PARTITION OF t FOR VALUES FROM (0) TO (50);
        CREATE TABLE t_b PARTITION OF t FOR VALUES FROM (50) TO (100);
        INSERT INTO t SELECT i, 'v' FROM generate_series(2, 99) i
        """)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        "UPDATE t SET v = 'w' WHERE id % 7 = 0; \(sql); UPDATE t SET v = 'z' WHERE id = 3")
      let report = try await run.pipeline(resources).capture()
      #expect(report.resynced.isEmpty == !loads)
      try await run.expectEqual("t")
    }
  }

  @Test func aFrozenPatternRefusesATableThatNobodyNamed() async throws {
    try await withEndToEnd { run in
      let hints = ResourceHints(contract: SchemaContract(tables: .freeze))
      let frozen = ResourceList([Resource("public.*", hints: hints)])
      try await run.database.psql(Self.two)
      try await run.pipeline(frozen).fullLoad()
      try await run.database.psql("CREATE TABLE late (id int PRIMARY KEY); UPDATE t SET v = 1 WHERE id = 1")
      await #expect {
        try await run.pipeline(frozen).capture()
      } throws: { error in
        (error as? CDCError)?.code == .schemaContract && (error as? CDCError)?.table == table("late")
      }
      #expect(try await run.query("SELECT v::int FROM t WHERE id = 1", table: "t") == ["[0]"])
      let named = ResourceList([Resource("late"), Resource("public.*", hints: hints)])
      #expect(try await run.pipeline(named).capture().resynced == [table("late")])
      try await run.expectEqual("t")
      try await run.expectEqual("late")
    }
  }
}
