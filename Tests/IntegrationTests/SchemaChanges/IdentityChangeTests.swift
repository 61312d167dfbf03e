/// Keys and replica identities that go, come and change while changes are captured.
import CDCCore
import TestSupport
import Testing

@Suite struct IdentityChangeTests {
  private static let setup = """
    CREATE TABLE t (id int PRIMARY KEY, code int NOT NULL CONSTRAINT by_code UNIQUE, v text);
    INSERT INTO t SELECT i, -i, 'v' || i FROM generate_series(1, 20) i;

    """
  private static let names = ["t"]

  private func resynced(_ run: EndToEnd) async throws -> [String] {
    try await run.pipeline().capture().resynced.map(\.name)
  }

  /// Without one only inserts are captured, and updates go on in the source.
  @Test(arguments: [
    ("DROP CONSTRAINT t_pkey", "ADD PRIMARY KEY (id)"),
    ("REPLICA IDENTITY NOTHING", "REPLICA IDENTITY DEFAULT"),
    ("REPLICA IDENTITY USING INDEX by_code; ALTER TABLE t DROP CONSTRAINT by_code", "REPLICA IDENTITY FULL"),
  ])
  func oneThatGoesAndComesBack(_ going: String, _ coming: String) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.setup)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        UPDATE t SET v = 'before' WHERE id = 2; INSERT INTO t VALUES (21, -21, 'before'); ALTER TABLE t \(going); INSERT INTO t VALUES (22, -22, 'after');
        """)
      #expect(try await resynced(run) == Self.names)
      try await run.expectRows("t", "id, code, v")
      #expect(try await run.texts("SELECT DISTINCT _cdc_op FROM t", path: run.path("t")) == ["r"])

      try await run.database.psql(
        "INSERT INTO t VALUES (23, -23, 'more'); UPDATE t SET v = 'unseen' WHERE id = 3; DELETE FROM t WHERE id = 4"
      )
      #expect(try await resynced(run).isEmpty)
      #expect(try await run.query("SELECT id FROM t WHERE _cdc_op = 'c'", table: "t") == ["[23]"])
      #expect(try await run.query("SELECT v FROM t WHERE id = 3", table: "t") == ["[\"v3\"]"])

      try await run.database.psql(
        """
        INSERT INTO t VALUES (24, -24, 'more'); ALTER TABLE t \(coming); UPDATE t SET v = 'with it' WHERE id = 5; DELETE FROM t WHERE id = 6
        """)
      #expect(try await resynced(run) == Self.names)
      try await run.expectEqual("t")
      try await run.database.psql(
        "UPDATE t SET v = 'again' WHERE id % 3 = 0; DELETE FROM t WHERE id = 7; UPDATE t SET id = 70 WHERE id = 8; INSERT INTO t VALUES (25, -25, 'last')"
      )
      #expect(try await resynced(run).isEmpty)
      try await run.expectEqual("t")
    }
  }

  @Test func aTableThatHadNoneIsMergedFromThenOn() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE t (id int NOT NULL, v text); INSERT INTO t SELECT i, 'v' FROM generate_series(1, 9) i")
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        INSERT INTO t VALUES (10, 'before'); UPDATE t SET v = 'unseen' WHERE id = 1;
        ALTER TABLE t ADD PRIMARY KEY (id); UPDATE t SET v = 'after' WHERE id = 2; INSERT INTO t VALUES (11, 'after');
        """)
      #expect(try await resynced(run) == Self.names)
      try await run.expectEqual("t")
      try await run.database.psql("UPDATE t SET v = 'z' WHERE id > 5; DELETE FROM t WHERE id = 1")
      #expect(try await resynced(run).isEmpty)
      try await run.expectEqual("t")
    }
  }

  /// Between the publications, which it decides, and the snapshot, which has it: nothing that comes later tells of it.
  @Test(arguments: [
    ("id int PRIMARY KEY", "NOTHING", "DEFAULT"), ("id int", "DEFAULT", "FULL"),
    ("id int PRIMARY KEY", "NOTHING", "FULL"),
  ])
  func oneThatComesWhileTheTableIsLoaded(_ id: String, _ before: String, _ after: String) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TABLE t (\(id), v text); ALTER TABLE t REPLICA IDENTITY \(before); INSERT INTO t SELECT i, 'v' FROM generate_series(1, 9) i;
        CREATE FUNCTION identify() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t REPLICA IDENTITY \(after); END $$;
        CREATE EVENT TRIGGER identify ON ddl_command_end WHEN TAG IN ('CREATE PUBLICATION') EXECUTE FUNCTION identify();
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        "DROP EVENT TRIGGER identify; UPDATE t SET v = 'unseen' WHERE id = 2; DELETE FROM t WHERE id = 3")
      #expect(try await resynced(run) == Self.names)
      // Without a key it is appended, and keeps what it had.
      let lastLoad = "_cdc_op = 'r' AND _cdc_lsn = (SELECT max(_cdc_lsn) FROM t)"
      try await run.expectRows("t", "id, v", where: id == "id int" ? lastLoad : "true")
      try await run.database.psql("UPDATE t SET v = 'seen' WHERE id = 4; DELETE FROM t WHERE id = 5")
      #expect(try await resynced(run).isEmpty)
      guard id == "id int" else { return try await run.expectEqual("t") }
      let log = try await run.texts(
        "SELECT concat(_cdc_op, id, v) FROM t WHERE _cdc_op NOT IN ('r', 't') ORDER BY _cdc_lsn, _cdc_sequence",
        path: run.path("t"))
      #expect(log == ["d4v", "u4seen", "d5v"])
    }
  }

  /// Rows are known by the columns of the index, which becomes the key; the primary key is a column like others then.
  @Test func oneByAnIndexAndBack() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.setup)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        UPDATE t SET v = 'before' WHERE id = 2; ALTER TABLE t REPLICA IDENTITY USING INDEX by_code;
        UPDATE t SET id = 102 WHERE id = 2; UPDATE t SET code = 0 WHERE id = 3; DELETE FROM t WHERE id = 4;
        """)
      #expect(try await resynced(run) == Self.names)
      try await run.expectEqual("t")
      try await run.database.psql(
        "UPDATE t SET code = code * 10 WHERE id % 2 = 0; UPDATE t SET id = 200 WHERE id = 5; DELETE FROM t WHERE id = 6; INSERT INTO t VALUES (5, 5, 'n')"
      )
      #expect(try await resynced(run).isEmpty)
      try await run.expectEqual("t")
      try await run.database.psql(
        "UPDATE t SET v = 'x' WHERE id = 8; ALTER TABLE t REPLICA IDENTITY DEFAULT; UPDATE t SET code = 7, id = 300 WHERE id = 9"
      )
      #expect(try await resynced(run) == Self.names)
      try await run.database.psql("UPDATE t SET id = id + 1000 WHERE id > 10; DELETE FROM t WHERE code = 7")
      #expect(try await resynced(run).isEmpty)
      try await run.expectEqual("t")
    }
  }
}
