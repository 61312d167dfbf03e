/// Rows whose keys change, meet and change hands.
import CDCCore
import TestSupport
import Testing

@Suite struct KeyChangeTests {
  private static let dispositions: [(WriteDisposition, alive: String)] = [
    (.merge, "true"), (.softDelete, "_cdc_deleted_at IS NULL"), (.scd2, "_cdc_is_current"),
  ]

  /// Two that swap, three that go round, one that comes back, with a value that the log leaves out.
  private static let swaps = """
    BEGIN; UPDATE t SET id = 900 WHERE id = 1; UPDATE t SET id = 1, v = 'two' WHERE id = 2; UPDATE t SET id = 2 WHERE id = 900; COMMIT;
    BEGIN; UPDATE t SET id = 900 WHERE id = 3; UPDATE t SET id = 3 WHERE id = 4; UPDATE t SET id = 4 WHERE id = 5;
      UPDATE t SET id = 5 WHERE id = 900; COMMIT;
    BEGIN; UPDATE t SET id = 900 WHERE id = 6; UPDATE t SET id = 6 WHERE id = 900; COMMIT;
    """

  private func run(
    _ sql: String, rows: Int, _ disposition: WriteDisposition, alive: String
  ) async throws {
    try await withEndToEnd { run in
      let resources = ResourceList([
        Resource("public.*", hints: ResourceHints(writeDisposition: disposition))
      ])
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v text, big text); ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
        INSERT INTO t SELECT i, 'v' || i, repeat(chr(64 + i), 3000) FROM generate_series(1, 20) i
        """)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(sql)
      try await run.pipeline(resources, limits: BatchLimits(rows: rows)).capture()
      try await run.expectRows("t", "id, v, left(big, 3), length(big)", where: alive)
      let report = try await run.pipeline(resources).verify()
      #expect(report.isEqual, "\(report)")
    }
  }

  @Test(arguments: dispositions.indices, [3, 200_000])
  func rowsSwapTheirKeysInOneTransaction(_ index: Int, rows: Int) async throws {
    let (disposition, alive) = Self.dispositions[index]
    try await run(Self.swaps, rows: rows, disposition, alive: alive)
  }

  @Test(arguments: dispositions.indices)
  func aKeyIsDeletedAndInsertedAgain(_ index: Int) async throws {
    let (disposition, alive) = Self.dispositions[index]
    try await run(
      """
      DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (1, 'later', 'x');
      BEGIN; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (2, 'same', 'y'); COMMIT;
      BEGIN; DELETE FROM t WHERE id = 3; INSERT INTO t VALUES (3, 'a', 'z'); DELETE FROM t WHERE id = 3; COMMIT;
      BEGIN; INSERT INTO t VALUES (30, 'never', 'z'); DELETE FROM t WHERE id = 30; COMMIT;
      BEGIN; DELETE FROM t WHERE id = 4; INSERT INTO t VALUES (4, 'undone', 'z'); ROLLBACK;
      UPDATE t SET id = 50 WHERE id = 5; INSERT INTO t VALUES (5, 'in its place', 'q'); DELETE FROM t WHERE id = 50;
      """, rows: 200_000, disposition, alive: alive)
  }

  /// A constraint that is checked at the end lets two rows have one key until then. The log names rows by all of their values.
  private static let meetings = """
    UPDATE t SET k = 3 - k WHERE k < 3;
    BEGIN; INSERT INTO t VALUES (3, 'new'); DELETE FROM t WHERE v = 'v3'; COMMIT;
    BEGIN; INSERT INTO t VALUES (4, 'passing'); DELETE FROM t WHERE v = 'passing'; COMMIT;
    BEGIN; UPDATE t SET k = 5 WHERE k = 6; UPDATE t SET v = 'changed' WHERE v = 'v5'; UPDATE t SET k = 6 WHERE v = 'changed'; COMMIT;
    BEGIN; UPDATE t SET k = 8 WHERE k = 7; UPDATE t SET k = 70 WHERE v = 'v7'; COMMIT;
    BEGIN; DELETE FROM t WHERE k = 15; UPDATE t SET k = k + 1 WHERE k BETWEEN 10 AND 14; COMMIT;
    BEGIN; UPDATE t SET k = 33 - k WHERE k BETWEEN 16 AND 17; UPDATE t SET k = 33 - k WHERE k BETWEEN 16 AND 17; COMMIT;
    BEGIN; UPDATE t SET v = 'twice' WHERE k = 18; UPDATE t SET v = 'v18' WHERE k = 18; DELETE FROM t WHERE k = 19;
      INSERT INTO t VALUES (19, 'v19'); COMMIT;
    """

  private static func hinted(_ disposition: WriteDisposition) -> ResourceList {
    ResourceList([
      Resource("public.*", hints: ResourceHints(writeDisposition: disposition, primaryKey: ["k"]))
    ])
  }

  @Test(
    arguments: dispositions.indices.flatMap { index in
      [(index, rows: 2, Place.lake), (index, 200_000, .lake)] + (index == 0 ? [(0, 20, .databricks)] : [])
    })
  func rowsOfAHintedKeyMeetWithinATransaction(_ index: Int, rows: Int, _ place: Place) async throws {
    let (disposition, alive) = Self.dispositions[index]
    let resources = Self.hinted(disposition)
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (k int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED, v text, big text);
        ALTER TABLE t REPLICA IDENTITY FULL; ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
        INSERT INTO t SELECT i, 'v' || i, repeat(chr(64 + i), 3000) FROM generate_series(1, 20) i
        """)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(Self.meetings)
      try await run.pipeline(resources, limits: BatchLimits(rows: rows)).capture()
      try await run.expectRows("t", "k, v, left(big, 3), length(big)", where: alive)
      try await run.database.psql(
        "BEGIN; UPDATE t SET k = 3 - k WHERE k < 3; INSERT INTO t VALUES (99, 'a'); SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; TRUNCATE t; INSERT INTO t VALUES (1, 'b'), (2, 'c'), (3, 'd');"
          + " UPDATE t SET k = 3 - k WHERE k < 3; COMMIT; UPDATE t SET k = 5 - k WHERE k > 1")
      try await run.pipeline(resources, limits: BatchLimits(rows: rows)).capture()
      try await run.expectRows("t", "k, v", where: alive)
    }
  }

  /// What ends a version is the row that goes, not another one of its key.
  @Test func versionsOfAHintedKeyFollowOneAnother() async throws {
    let resources = Self.hinted(.scd2)
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TABLE t (k int NOT NULL UNIQUE DEFERRABLE, v text); ALTER TABLE t REPLICA IDENTITY FULL;
        INSERT INTO t VALUES (1, 'a'), (2, 'b')
        """)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql("UPDATE t SET k = 3 - k; UPDATE t SET v = 'c' WHERE k = 1")
      try await run.pipeline(resources).capture()
      let versions = try await run.texts(
        "SELECT concat_ws('|', k, v, _cdc_is_current) FROM t ORDER BY k, _cdc_valid_from, _cdc_is_current",
        path: run.path("t"))
      #expect(versions == ["1|a|false", "1|b|false", "1|c|true", "2|b|false", "2|a|true"])
    }
  }

  /// A constraint that is checked at the end lets rows come in any order.
  @Test func deferredConstraintsAreKeptByTheEndOfTheTransaction() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, place int UNIQUE DEFERRABLE INITIALLY DEFERRED);
        CREATE TABLE u (id int PRIMARY KEY, t_id int REFERENCES t DEFERRABLE INITIALLY DEFERRED);
        INSERT INTO t SELECT i, i FROM generate_series(1, 9) i; INSERT INTO u SELECT i, i FROM generate_series(1, 9) i
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        BEGIN; INSERT INTO u VALUES (10, 10); DELETE FROM t WHERE id = 3; INSERT INTO t VALUES (10, 10); UPDATE u SET t_id = 4
          WHERE t_id = 3; UPDATE t SET place = 10 - place WHERE id < 10; COMMIT;
        """)
      try await run.pipeline(limits: BatchLimits(rows: 2)).capture()
      try await run.expectEqual("t")
      try await run.expectEqual("u")
    }
  }
}
