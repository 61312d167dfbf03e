/// Definitions that change more than once within a transaction, or whose change is undone.
import CDCCore
import DeltaSink
import TestSupport
import Testing

@Suite struct DefinitionTests {
  private static let setup = """
    CREATE TABLE t (id int PRIMARY KEY, a int, b text); INSERT INTO t SELECT i, i, 'b' FROM generate_series(1, 20) i
    """

  @Test func oneThatIsRolledBackHasNotBeen() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.setup)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        BEGIN; ALTER TABLE t ADD COLUMN c int DEFAULT 7; UPDATE t SET c = 1; ROLLBACK;
        BEGIN; UPDATE t SET a = 2 WHERE id = 1; SAVEPOINT s; ALTER TABLE t RENAME a TO x; UPDATE t SET x = 3 WHERE id = 2;
          ALTER TABLE t DROP COLUMN b; INSERT INTO t VALUES (50, 5); ROLLBACK TO s; UPDATE t SET a = 4 WHERE id = 3; COMMIT;
        """)
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await run.expectEqual("t")
      let names = try await run.destination().schema(of: TableName(schema: "public", name: "t"))?.columns
      #expect(names?.map(\.name) == ["id", "a", "b"])
    }
  }

  /// Between changes of the same transaction, for tables of which each has its own.
  @Test func severalInOneTransactionBetweenChanges() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        Self.setup + "; CREATE TABLE u (LIKE t INCLUDING ALL); INSERT INTO u SELECT * FROM t;")
      try await run.database.psql("CREATE TABLE w (LIKE t INCLUDING ALL); INSERT INTO w SELECT * FROM t;")
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        BEGIN;
        UPDATE t SET b = 'one' WHERE id = 1; ALTER TABLE t ADD COLUMN c int; UPDATE t SET c = 2 WHERE id = 2; UPDATE u SET a = 0;
        ALTER TABLE t RENAME a TO z; UPDATE t SET z = 3 WHERE id = 3; ALTER TABLE u ALTER a TYPE bigint; UPDATE u SET a = 1 WHERE id = 4;
        ALTER TABLE t ADD COLUMN d text; INSERT INTO t VALUES (60, 6, 'six', 6, 'd'); ALTER TABLE u DROP COLUMN b; DELETE FROM u WHERE id = 5;
        UPDATE w SET b = 'plain' WHERE id = 6; ALTER TABLE w ALTER b SET NOT NULL; UPDATE w SET b = 'not null' WHERE id = 7;
        ALTER TABLE w ALTER b DROP NOT NULL; UPDATE w SET b = NULL WHERE id = 8; ALTER TABLE w REPLICA IDENTITY FULL; DELETE FROM w WHERE id = 9;
        TRUNCATE u; INSERT INTO u VALUES (1, 10);
        COMMIT;
        """)
      let report = try await run.pipeline().capture()
      for table in ["t", "u", "w"] { try await run.expectEqual(table) }
      #expect(report.resynced == [TableName(schema: "public", name: "u")])
    }
  }

  /// The other table has not moved either: the checkpoint covers both.
  @Test(arguments: Place.allCases)
  func aFrozenTableHoldsAllOfThemWhereTheyAre(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      let hints = ResourceHints(contract: SchemaContract(columns: .freeze))
      let resources = ResourceList([Resource("t", hints: hints), Resource("u")])
      try await run.database.psql(
        Self.setup + "; CREATE TABLE u (LIKE t INCLUDING ALL); INSERT INTO u SELECT * FROM t;")
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        "BEGIN; UPDATE u SET a = -1; ALTER TABLE t ADD COLUMN c int; UPDATE t SET c = 1; COMMIT; DELETE FROM u WHERE id = 3"
      )
      for _ in 1...2 {
        await #expect {
          try await run.pipeline(resources).capture()
        } throws: { error in
          (error as? CDCError)?.code == .schemaContract && (error as? CDCError)?.table?.name == "t"
        }
        #expect(try await run.query("SELECT count(*)::int, sum(a)::int FROM t", table: "u") == ["[20,210]"])
        #expect(try await run.query("SELECT count(*)::int FROM t", table: "t") == ["[20]"])
      }
      try await run.database.psql("ALTER TABLE t DROP COLUMN c")
      try await run.pipeline(resources).reload([TableName(schema: "public", name: "t")])
      try await run.pipeline(resources).capture()
      try await run.expectEqual("t")
      try await run.expectEqual("u")
    }
  }

  @Test func aTableThatIsOnlyReplacedTakesTheShapeOfItsNextLoad() async throws {
    try await withEndToEnd { run in
      let resources = ResourceList([Resource("public.*", hints: ResourceHints(writeDisposition: .replace))])
      try await run.database.psql(Self.setup)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        "UPDATE t SET a = 0; DELETE FROM t WHERE id = 1; TRUNCATE t; INSERT INTO t VALUES (7, 7, 'seven')")
      try await run.pipeline(resources).capture()
      #expect(try await run.query("SELECT count(*)::int, sum(a)::int FROM t", table: "t") == ["[20,210]"])
      try await run.database.psql("ALTER TABLE t ADD COLUMN c int; UPDATE t SET c = 1")
      try await run.pipeline(resources).reload()
      try await run.expectEqual("t")
    }
  }
}
