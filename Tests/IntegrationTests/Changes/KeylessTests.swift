/// Tables whose rows nothing names.
import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

@Suite struct KeylessTests {
  private static let log =
    "SELECT concat_ws('|', _cdc_op, v) FROM t WHERE _cdc_op <> 'r' ORDER BY _cdc_lsn, _cdc_sequence"

  @Test func withWholeRowsInTheLogHaveEveryChangeAppended() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE t (v int); ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t VALUES (1), (1), (NULL)")
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        INSERT INTO t VALUES (1); UPDATE t SET v = 2 WHERE ctid = (SELECT min(ctid) FROM t WHERE v = 1);
        DELETE FROM t WHERE v = 1; UPDATE t SET v = 3 WHERE v IS NULL
        """)
      try await run.pipeline().capture()
      // An update tells the row that it was: played back, the log gives the table.
      #expect(
        try await run.texts(Self.log, path: run.path("t"))
          == ["c|1", "d|1", "u|2", "d|1", "d|1", "d", "u|3"])
      let report = try await run.pipeline().verify()
      #expect(report.isEqual, "\(report)")
      try await run.database.psql("TRUNCATE t")
      try await run.pipeline().capture()
      #expect(try await run.texts(Self.log, path: run.path("t")).last == "t")
    }
  }

  private static let merged = ResourceList([
    Resource("public.*", hints: ResourceHints(writeDisposition: .merge))
  ])

  /// As many of the rows that are equal stay as in the source.
  @Test(arguments: [(1, Place.lake), (3, .lake), (200_000, .lake), (12, .databricks)])
  func withWholeRowsInTheLogAreMergedWithDuplicates(rows: Int, _ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (v int, w text, a int[], big text); ALTER TABLE t REPLICA IDENTITY FULL;
        ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
        INSERT INTO t SELECT i % 3, 'w', ARRAY[i % 2, NULL], CASE WHEN i % 2 = 0 THEN repeat('x', 5000) END
          FROM generate_series(1, 30) i; INSERT INTO t VALUES (NULL), (NULL);
        """)
      try await run.pipeline(Self.merged).fullLoad()
      try await run.expectEqual("t")
      try await run.database.psql(
        """
        DELETE FROM t WHERE ctid IN (SELECT ctid FROM t WHERE v = 1 LIMIT 4);
        UPDATE t SET w = 'changed' WHERE ctid IN (SELECT ctid FROM t WHERE v = 2 LIMIT 3);
        BEGIN; INSERT INTO t VALUES (1, 'w'), (1, 'w'), (1, 'w'); DELETE FROM t WHERE ctid = (SELECT max(ctid) FROM t); COMMIT;
        UPDATE t SET v = v WHERE v = 0; UPDATE t SET v = 5 WHERE v IS NULL; DELETE FROM t WHERE v = 5 AND ctid = (SELECT max(ctid) FROM t WHERE v = 5);
        COPY t (v, w) FROM STDIN (FORMAT csv);
        7,same
        7,same
        7,same
        \\.
        DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t WHERE v = 7);
        """)
      try await run.pipeline(Self.merged, limits: BatchLimits(rows: rows)).capture()
      try await run.expectEqual("t")
      let report = try await run.pipeline(Self.merged).verify()
      #expect(report.isEqual, "\(report)")
      try await run.database.psql(
        "INSERT INTO t VALUES (8); TRUNCATE t; INSERT INTO t VALUES (8), (8), (9); DELETE FROM t WHERE v = 9")
      try await run.pipeline(Self.merged).capture()
      try await run.expectEqual("t")
    }
  }

  /// Rows from before a column came are the same rows; without one of their columns they are not.
  @Test(arguments: Place.allCases)
  func withWholeRowsFollowTheirColumns(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (v int, w text); ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t SELECT i % 3, 'w' || i % 2 FROM generate_series(1, 20) i
        """)
      try await run.pipeline(Self.merged).fullLoad()
      try await run.database.psql(
        """
        ALTER TABLE t ADD COLUMN c int; UPDATE t SET c = 1 WHERE ctid IN (SELECT ctid FROM t WHERE v = 1 LIMIT 2);
        ALTER TABLE t RENAME v TO number; DELETE FROM t WHERE ctid IN (SELECT ctid FROM t WHERE number = 2 LIMIT 2);
        """)
      #expect(try await run.pipeline(Self.merged).capture().resynced.isEmpty)
      try await run.expectEqual("t")
      try await run.database.psql(
        "ALTER TABLE t DROP COLUMN w; DELETE FROM t WHERE ctid IN (SELECT ctid FROM t LIMIT 3)")
      #expect(try await run.pipeline(Self.merged).capture().resynced.map(\.name) == ["t"])
      try await run.database.psql(
        "DELETE FROM t WHERE ctid IN (SELECT ctid FROM t LIMIT 3); INSERT INTO t VALUES (1, 1)")
      try await run.pipeline(Self.merged).capture()
      try await run.expectEqual("t")
    }
  }

  /// A run that is cut off between two tables leaves one ahead of the other.
  @Test func withWholeRowsSurviveRunsThatAreCutOff() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TABLE t (v int); ALTER TABLE t REPLICA IDENTITY FULL; CREATE TABLE u (v int); ALTER TABLE u REPLICA IDENTITY FULL;
        INSERT INTO t SELECT i % 4 FROM generate_series(1, 40) i; INSERT INTO u SELECT i % 4 FROM generate_series(1, 40) i;
        """)
      try await run.pipeline(Self.merged).fullLoad()
      for round in 1...4 {
        for table in ["t", "u"] {
          try await run.database.psql(
            """
            DELETE FROM \(table) WHERE ctid IN (SELECT ctid FROM \(table) WHERE v = \(round % 4) LIMIT 2);
            INSERT INTO \(table) VALUES (1), (2), (\(round)); UPDATE \(table) SET v = 3 WHERE ctid = (SELECT max(ctid) FROM \(table));
            """)
        }
        await #expect(throws: Cut.self) {
          let cut = LocalDeltaDestination(root: run.lake.path, options: Self.cutting)
          try await run.pipeline(Self.merged, destination: cut).capture()
        }
        // Then packages are cut elsewhere.
        try await run.database.psql(
          "DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t); INSERT INTO u VALUES (2)")
        if round > 2 { try await run.pipeline(Self.merged, limits: BatchLimits(rows: 3)).capture() }
      }
      for table in ["t", "u"] { try await run.expectEqual(table) }
    }
  }

  private struct Cut: Error {}

  private static var cutting: LocalDeltaOptions {
    var options = LocalDeltaOptions()
    options.onStage = { if $0.rawValue == "after_table_commit" { throw Cut() } }
    return options
  }

  /// A runner dies at each step of a package; from then on packages end elsewhere.
  @Test func withWholeRowsSurviveRunsThatDieInDatabricks() async throws {
    try await withEndToEnd(.databricks) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (v int, big text); ALTER TABLE t REPLICA IDENTITY FULL; ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
        INSERT INTO t SELECT i % 3, repeat('x', 3000) FROM generate_series(1, 12) i;
        CREATE TABLE u (v int); ALTER TABLE u REPLICA IDENTITY FULL; INSERT INTO u SELECT i % 3 FROM generate_series(1, 12) i;
        """)
      try await run.pipeline(Self.merged).fullLoad()
      let stages: [DatabricksStage] = [.beforeManifest, .afterManifest, .afterTableCommit, .beforeCheckpoint]
      for (number, stage) in stages.enumerated() {
        for table in ["t", "u"] {
          // One of equal rows goes, one comes, one becomes equal to others.
          try await run.database.psql(
            """
            DELETE FROM \(table) WHERE ctid = (SELECT min(ctid) FROM \(table) WHERE v = \(number % 3));
            INSERT INTO \(table) (v) VALUES (0), (\(number)), (\(number)); UPDATE \(table) SET v = 1 WHERE ctid = (SELECT min(ctid) FROM \(table) WHERE v = 2);
            """)
        }
        var options = try #require(try run.dataset?.options())
        options.onStage = { if $0 == stage { throw Cut() } }
        let cut = try DatabricksDestination(options)
        await #expect(throws: Cut.self) {
          try await run.pipeline(Self.merged, destination: cut).capture()
        }
        try await run.database.psql(
          "BEGIN; DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t WHERE v = 1); INSERT INTO u VALUES (2), (2); COMMIT"
        )
        if number == 2 {
          try await run.database.psql("TRUNCATE u; INSERT INTO u VALUES (1), (1), (2), (2), (0)")
        }
      }
      try await run.pipeline(Self.merged, limits: BatchLimits(rows: 5)).capture()
      for table in ["t", "u"] { try await run.expectEqual(table) }
    }
  }

  /// In a publication of their updates PostgreSQL would refuse these in the source.
  @Test(arguments: ["REPLICA IDENTITY DEFAULT", "REPLICA IDENTITY NOTHING"])
  func withoutAnIdentityGoOnInTheSourceAndHaveTheirInsertsAppended(_ identity: String) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE t (v int\(identity.hasSuffix("NOTHING") ? " PRIMARY KEY" : "")); ALTER TABLE t \(identity); INSERT INTO t VALUES (1)"
      )
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        "INSERT INTO t VALUES (2), (3); UPDATE t SET v = 20 WHERE v = 2; DELETE FROM t WHERE v = 3")
      try await run.pipeline().capture()
      #expect(try await run.texts(Self.log, path: run.path("t")) == ["c|2", "c|3"])
      try await run.database.psql("TRUNCATE t; INSERT INTO t VALUES (4)")
      try await run.pipeline().capture()
      #expect(try await run.texts(Self.log, path: run.path("t")) == ["c|2", "c|3", "t", "c|4"])
    }
  }
}
