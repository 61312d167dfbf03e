/// The event trigger that writes definitions into the log: with it several changes of a definition at a time are followed, where
/// without it the table is loaded again.
import CDCCore
import DeltaSink
import PGWire
import TestSupport
import Testing

@Suite struct DefinitionTriggerTests {
  private static let history = """
    INSERT INTO t VALUES (10, 'a', 1);
    ALTER TABLE t RENAME v TO w; INSERT INTO t VALUES (11, 'b', 2);
    ALTER TABLE t ADD "odd, (""name\\" text; UPDATE t SET "odd, (""name\\" = 'o' WHERE id = 11;
    ALTER TABLE t RENAME n TO v; UPDATE t SET v = v + 1 WHERE id < 11;
    BEGIN; ALTER TABLE t DROP w; INSERT INTO t VALUES (12, 3, NULL, 'p'); ALTER TABLE t RENAME v TO w; DELETE FROM t WHERE id = 2;
    COMMIT;
    BEGIN; ALTER TABLE t RENAME w TO nothing; INSERT INTO t VALUES (13, 4, NULL, 'q'); ROLLBACK;
    ALTER TABLE t ALTER w SET NOT NULL; UPDATE t SET w = -w WHERE id = 12
    """

  private func install(_ run: EndToEnd) async throws {
    try await run.database.psql(PostgresSource.definitionTrigger(pipeline: run.name))
  }

  @Test(arguments: [true, false]) func followsDefinitionsThatChangeManyTimes(hasTrigger: Bool) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, v text, n int, m mood);
        INSERT INTO t SELECT i, 'x' || i, i FROM generate_series(1, 5) i
        """)
      if hasTrigger { try await install(run) }
      try await run.pipeline().fullLoad()
      try await run.database.psql(Self.history)
      let report = try await run.pipeline(limits: BatchLimits(rows: 1)).capture()
      #expect(report.resynced.isEmpty == hasTrigger)
      let rows = try await run.query("SELECT id, w, \"odd, (\"\"name\\\" FROM t ORDER BY id", table: "t")
      #expect(
        rows == [
          "[1,2,null]", "[3,4,null]", "[4,5,null]", "[5,6,null]", "[10,2,null]", "[11,2,\"o\"]",
          "[12,-3,\"p\"]",
        ])
      #expect(try await run.pipeline().capture().resynced.isEmpty)
    }
  }

  /// The log has the columns that the publication lists; a definition has them all. PostgreSQL 14 lists none.
  @Test func followsATableOfWhichColumnsAreListed() async throws {
    try await withEndToEnd { run in
      let frozen = ResourceList([
        Resource("public.*", hints: ResourceHints(contract: SchemaContract(columns: .freeze)))
      ])
      let list = try await run.database.server.major >= 15 ? "(id, v, n)" : ""
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, hidden numeric(5,2), v text, n int); INSERT INTO t VALUES (1, 1, 'a', 1);
        CREATE PUBLICATION \(run.source().publicationName) FOR TABLE t \(list) WITH (publish_via_partition_root = true)
        """)
      try await install(run)
      try await run.pipeline(frozen).fullLoad()
      try await run.database.psql(
        "ALTER TABLE t ALTER v SET DEFAULT 'b'; INSERT INTO t (id, n) VALUES (2, 2)")
      #expect(try await run.pipeline(frozen).capture().resynced.isEmpty)
      #expect(
        try await run.query("SELECT id, v, n FROM t ORDER BY id", table: "t") == [
          "[1,\"a\",1]", "[2,\"b\",2]",
        ])
      let names = try await run.destination().schema(of: TableName(schema: "public", name: "t"))?.columns
      #expect(names?.map(\.name) == (list.isEmpty ? ["id", "hidden", "v", "n"] : ["id", "v", "n"]))
    }
  }

  @Test func loadsWhatADefinitionRewrites() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1), (2, 2)")
      try await install(run)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        ALTER TABLE t ADD d int DEFAULT 7; INSERT INTO t VALUES (3, 3, 3); ALTER TABLE t ALTER v TYPE text USING 'v' || v;
        UPDATE t SET d = 8 WHERE id = 1
        """)
      let report = try await run.pipeline().capture()
      #expect(report.resynced == [TableName(schema: "public", name: "t")])
      try await run.expectEqual("t")
      try await run.database.psql("ALTER TABLE t RENAME d TO e; UPDATE t SET e = 9 WHERE id = 2")
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await run.expectEqual("t")
    }
  }

  @Test func isPrintedByInitAndDroppedByCleanup() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1)")
      let printed = try await CdcCommand.run(
        ["init", "--ddl-trigger"], in: run.lake, environment: ["CDC_PIPELINE": run.name])
      #expect(printed.status == 0, "\(printed.errorOutput)")
      // Installed twice, it is there once.
      for _ in 1...2 { try await run.database.psql(printed.output) }
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      try await run.database.psql(
        "ALTER TABLE t ADD a int; UPDATE t SET a = 1; ALTER TABLE t RENAME a TO b; ALTER TABLE t DROP v; UPDATE t SET b = 2"
      )
      try await run.cdcSucceeds(["run", "--mode", "cdc"])
      #expect(try await run.query("SELECT id, b FROM t", table: "t") == ["[1,2]"])
      try await run.cdcSucceeds(["cleanup"])
      #expect(try await run.database.psql("SELECT count(*) FROM pg_event_trigger") == "0")
      try await run.database.psql("ALTER TABLE t ADD c int")
    }
  }
}
