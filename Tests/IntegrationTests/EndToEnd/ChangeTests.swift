/// What a table goes through between two packages, and what the lake, or Databricks, makes of it.
import CDCCore
import TestSupport
import Testing

@Suite struct ChangeTests {
  @Test(arguments: Place.allCases)
  func mergesInsertsUpdatesAndDeletes(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 1000) i"
      )
      try await run.pipeline().fullLoad()
      try await run.expectEqual("t")
      try await run.database.psql(
        """
        INSERT INTO t SELECT i, 'new' FROM generate_series(1001, 1200) i;
        UPDATE t SET v = 'changed' WHERE id % 7 = 0;
        DELETE FROM t WHERE id % 11 = 0;
        BEGIN; INSERT INTO t VALUES (5000, 'a'); UPDATE t SET v = 'b' WHERE id = 5000; DELETE FROM t WHERE id = 5000; COMMIT;
        BEGIN; DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (1, 'back'); COMMIT;
        BEGIN; INSERT INTO t VALUES (6000, 'never'); ROLLBACK;
        BEGIN; INSERT INTO t VALUES (6001, 'kept'); SAVEPOINT s; INSERT INTO t VALUES (6002, 'undone'); ROLLBACK TO s; COMMIT;
        """)
      let report = try await run.pipeline().capture()
      #expect(report.changeCount > 0)
      try await run.expectEqual("t")
    }
  }

  @Test(arguments: Place.allCases)
  func appliesManySmallPackagesInOrder(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY, v int)")
      try await run.pipeline().fullLoad()
      let statements = (0..<(place.isSlow ? 40 : 200)).map {
        "INSERT INTO t VALUES (\($0 % 40), \($0)) ON CONFLICT (id) DO UPDATE SET v = excluded.v;"
      }
      try await run.database.psql(statements.joined(separator: "\n"))
      let report = try await run.pipeline(limits: BatchLimits(rows: 10)).capture()
      #expect(report.packages >= (place.isSlow ? 3 : 10))
      try await run.expectEqual("t")
    }
  }

  @Test(arguments: Place.allCases)
  func movesARowWhenItsKeyChanges(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        "CREATE TABLE t (a int, b text, v text, PRIMARY KEY (a, b)); INSERT INTO t SELECT i, 'k' || i, 'v' FROM generate_series(1, 50) i"
      )
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        UPDATE t SET a = a + 1000 WHERE a <= 10;
        UPDATE t SET b = 'other' WHERE a = 20;
        BEGIN; UPDATE t SET a = 9001 WHERE a = 30; UPDATE t SET a = 9002 WHERE a = 31; UPDATE t SET a = 30, b = 'k30' WHERE a = 9002; COMMIT;
        """)
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }

  @Test(arguments: Place.allCases)
  func keepsUnchangedToastedValues(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, big text, other bytea, n int);
        ALTER TABLE t ALTER big SET STORAGE EXTERNAL, ALTER other SET STORAGE EXTERNAL;
        INSERT INTO t SELECT i, repeat(chr(64 + i), 9000), decode(repeat('00', 9000), 'hex'), 0 FROM generate_series(1, 20) i;
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        UPDATE t SET n = 1 WHERE id <= 10;
        UPDATE t SET n = 2, other = 'x' WHERE id = 3;
        UPDATE t SET id = id + 100 WHERE id IN (4, 5);
        INSERT INTO t VALUES (50, repeat('z', 9000), NULL, 0);
        UPDATE t SET n = 9 WHERE id = 50;
        UPDATE t SET big = NULL WHERE id = 6; UPDATE t SET n = 7 WHERE id = 6;
        """)
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      try await run.database.psql("UPDATE t SET n = n + 1")
      try await run.pipeline(limits: BatchLimits(rows: 3)).capture()
      try await run.expectEqual("t")
    }
  }

  @Test(arguments: Place.allCases)
  func emptiesTruncatedTables(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY);
        INSERT INTO t SELECT generate_series(1, 100); INSERT INTO u SELECT generate_series(1, 100);
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        "INSERT INTO t VALUES (200); BEGIN; INSERT INTO t VALUES (201); TRUNCATE t; INSERT INTO t VALUES (7); COMMIT"
      )
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      try await run.expectEqual("u")
      try await run.database.psql("TRUNCATE t, u")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      try await run.expectEqual("u")
    }
  }

  @Test(arguments: Place.allCases)
  func addsAColumnBetweenTwoChanges(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v text);
        INSERT INTO t SELECT i, 'v' FROM generate_series(1, 10) i
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        INSERT INTO t VALUES (11, 'before');
        ALTER TABLE t ADD COLUMN added numeric(10, 2);
        INSERT INTO t VALUES (12, 'after', 1.50);
        UPDATE t SET added = 2.25 WHERE id = 3;
        """)
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }

  @Test(arguments: Place.allCases)
  func appendsEveryChange(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      let resources = ResourceList([Resource("public.*", hints: ResourceHints(writeDisposition: .append))])
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v text);
        INSERT INTO t VALUES (1, 'a'), (2, 'b')
        """)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        "INSERT INTO t VALUES (3, 'c'); UPDATE t SET v = 'B' WHERE id = 2; DELETE FROM t WHERE id = 1; UPDATE t SET id = 4 WHERE id = 3"
      )
      try await run.pipeline(resources).capture()
      let rows = try await run.query(
        "SELECT _cdc_op, id, v FROM t WHERE _cdc_op <> 'r' ORDER BY _cdc_lsn, _cdc_sequence", table: "t")
      #expect(
        rows == [
          #"["c",3,"c"]"#, #"["u",2,"B"]"#, #"["d",1,null]"#, #"["d",3,null]"#, #"["u",4,"c"]"#,
        ])
    }
  }

  @Test(arguments: Place.allCases)
  func appendsTablesWithoutAKey(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql("CREATE TABLE t (v int); INSERT INTO t VALUES (1), (1)")
      try await run.pipeline().fullLoad()
      try await run.database.psql("INSERT INTO t VALUES (1), (2)")
      try await run.pipeline().capture()
      let rows = try await run.query("SELECT v, count(*)::int FROM t GROUP BY v ORDER BY v", table: "t")
      #expect(rows == ["[1,3]", "[2,1]"])
    }
  }

  @Test(arguments: Place.allCases)
  func loadsPartitionsAsOneTable(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
        CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (100);
        CREATE TABLE t_high PARTITION OF t FOR VALUES FROM (100) TO (1000);
        INSERT INTO t SELECT i, 'v' FROM generate_series(1, 500) i;
        """)
      try await run.pipeline().fullLoad()
      try await run.expectEqual("t")
      try await run.database.psql(
        """
        UPDATE t SET id = id + 500 WHERE id < 50;
        DELETE FROM t WHERE id > 450 AND id < 500;
        INSERT INTO t VALUES (0, 'x')
        """)
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }
}
