/// Partitions name their rows in the log by identities of their own, whatever their table's is: it is not passed on.
import CDCCore
import PGWire
import TestSupport
import Testing

@Suite struct PartitionIdentityTests {
  private static let table = """
    CREATE TABLE t (id int NOT NULL, code int NOT NULL, v text) PARTITION BY RANGE (id);
    CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (100); CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (100) TO (200);
    INSERT INTO t SELECT i, i, 'v' || i FROM generate_series(1, 150) i;

    """
  private static let keysOfTheirOwn =
    table + """
      ALTER TABLE t_1 ADD PRIMARY KEY (id); ALTER TABLE t_2 ADD PRIMARY KEY (id);

      """
  private static let indexOfAnotherColumn =
    table + """
      ALTER TABLE t ADD PRIMARY KEY (id); CREATE UNIQUE INDEX by_code ON t_2 (code); ALTER TABLE t_2 REPLICA IDENTITY USING INDEX by_code;

      """
  private static let fullAtTheTopOnly = keysOfTheirOwn + "ALTER TABLE t REPLICA IDENTITY FULL;"

  private static func merged(by key: [String]? = nil) -> ResourceList {
    ResourceList([Resource("public.*", hints: ResourceHints(writeDisposition: .merge, primaryKey: key))])
  }

  /// Rows that go would be named by columns that are no key of the table, or would not be named at all.
  @Test(
    arguments: [
      (keysOfTheirOwn, nil), (indexOfAnotherColumn, nil), (fullAtTheTopOnly, nil),
      (fullAtTheTopOnly, ["code"]),
      (indexOfAnotherColumn, ["id"]),
    ] as [(String, [String]?)])
  func aMergeThatTheyCannotServeIsRefused(_ setup: String, _ key: [String]?) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(setup)
      let source = try run.source(Self.merged(by: key))
      let error = await #expect(throws: CDCError.self) { try await source.check() }
      #expect(error?.code == .configuration && error?.table?.name == "t", "\(String(describing: error))")
    }
  }

  private static let changes = """
    UPDATE t SET v = 'changed' WHERE id % 3 = 0; DELETE FROM t WHERE id % 5 = 0; UPDATE t SET id = 0 WHERE id = 1;
    UPDATE t SET id = id + 90 WHERE id IN (77, 101); UPDATE t SET code = -code WHERE id % 7 = 0; INSERT INTO t VALUES (50, 50, 'new'), (199, 199, 'new');
    """

  /// A key that all of them carry may be hinted, and whole rows may be compared where all of them carry whole rows.
  @Test(
    arguments: [
      (keysOfTheirOwn + "ALTER TABLE t_2 REPLICA IDENTITY FULL;", ["id"]),
      (table + "ALTER TABLE t_1 REPLICA IDENTITY FULL; ALTER TABLE t_2 REPLICA IDENTITY FULL;", nil),
    ] as [(String, [String]?)])
  func aMergeThatTheyCanServeIsExact(_ setup: String, _ key: [String]?) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(setup)
      try await run.pipeline(Self.merged(by: key)).fullLoad()
      try await run.database.psql(Self.changes)
      #expect(try await run.pipeline(Self.merged(by: key)).capture().resynced.isEmpty)
      try await run.expectEqual("t")
    }
  }

  /// Every change is a row then, which is exact whatever names the rows.
  @Test func withoutACommonKeyChangesAreAppended() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.indexOfAnotherColumn)
      try await run.pipeline().fullLoad()
      try await run.database.psql("UPDATE t SET id = 180 WHERE id = 120; DELETE FROM t WHERE id = 121")
      try await run.pipeline().capture()
      #expect(
        try await run.query(
          "SELECT _cdc_op, id, code FROM t WHERE _cdc_op <> 'r' ORDER BY _cdc_lsn, _cdc_sequence", table: "t")
          == ["[\"u\",180,120]", "[\"d\",null,121]"])
    }
  }
}
