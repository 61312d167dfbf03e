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
