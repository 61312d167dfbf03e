/// Tables without a key that are merged by their whole rows, and rows in them that the lake cannot hold: equal copies come and go.
import CDCCore
import TestSupport
import Testing

@Suite struct KeylessQuarantineTests {
  private func resources(_ contract: SchemaContract) -> ResourceList {
    ResourceList([
      Resource("public.*", hints: ResourceHints(writeDisposition: .merge, contract: contract))
    ])
  }

  private static let setup = """
    CREATE TABLE t (v numeric(6,2), w text, big text); ALTER TABLE t REPLICA IDENTITY FULL; ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
    INSERT INTO t SELECT i % 3, 'w', repeat('x', 3000) FROM generate_series(1, 9) i;
    INSERT INTO t SELECT 'NaN', 'w', repeat('x', 3000) FROM generate_series(1, 4);
    """

  /// The last of them takes rows out and brings them back in one transaction.
  private static let changes = [
    "DELETE FROM t WHERE ctid IN (SELECT ctid FROM t WHERE v = 'NaN' LIMIT 2)",
    "UPDATE t SET v = 1 WHERE ctid = (SELECT ctid FROM t WHERE v = 'NaN' LIMIT 1)",
    "UPDATE t SET v = 'NaN' WHERE ctid IN (SELECT ctid FROM t WHERE v = 2 LIMIT 2)",
    "INSERT INTO t VALUES ('NaN', 'w'), ('NaN', 'w'), (NULL, 'w'), (NULL, 'w')",
    "DELETE FROM t WHERE ctid = (SELECT ctid FROM t WHERE v = 'NaN' AND big IS NULL LIMIT 1)",
    "UPDATE t SET w = 'still out' WHERE v = 'NaN'",
    """
    BEGIN; UPDATE t SET v = 'NaN' WHERE v = 1; UPDATE t SET v = 1 WHERE ctid IN (SELECT ctid FROM t WHERE v = 'NaN' LIMIT 3);
    DELETE FROM t WHERE ctid = (SELECT ctid FROM t WHERE v = 1 LIMIT 1); COMMIT
    """,
  ]

  @Test(arguments: [1, 200_000]) func rowsThatAreOutNeitherTakeNorLeaveCopies(rows: Int) async throws {
    try await withEndToEnd { run in
      let resources = resources(SchemaContract(dataType: .discardRow))
      try await run.database.psql(Self.setup)
      try await run.pipeline(resources).fullLoad()
      func expectSound(_ sql: String) async throws {
        let found = try await differences(
          lakeTable: run.path("t"), postgresTable: "public.t", in: run.database,
          filter: "v IS DISTINCT FROM 'NaN'::numeric")
        #expect(found.isEmpty, "\(sql): \(found)")
        #expect(try await run.pipeline(resources).verify().isEqual, "\(sql)")
      }
      if rows == 1 {
        for sql in Self.changes {
          try await run.database.psql(sql)
          try await run.pipeline(resources, limits: BatchLimits(rows: rows)).capture()
          try await expectSound(sql)
        }
      } else {
        try await run.database.psql(Self.changes.joined(separator: ";\n"))
        try await run.pipeline(resources, limits: BatchLimits(rows: rows)).capture()
        try await expectSound("all")
      }
    }
  }

  /// Made null, a value is equal to one that is null: as many copies stay as the source has of both.
  @Test(arguments: [1, 200_000]) func valuesThatBecomeNullEqualOthers(rows: Int) async throws {
    try await withEndToEnd { run in
      let resources = resources(SchemaContract(dataType: .discardValue))
      try await run.database.psql(Self.setup)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(Self.changes.joined(separator: ";\n"))
      try await run.pipeline(resources, limits: BatchLimits(rows: rows)).capture()
      let row = "concat_ws('|', coalesce(v::text, 'null'), w, length(big))"
      let wanted = try await run.database.psql(
        "SELECT \(row) FROM (SELECT nullif(v, 'NaN') AS v, w, big FROM t) t")
      let found = try await run.texts("SELECT \(row) FROM t", path: run.path("t"))
      #expect(found.sorted() == wanted.split(separator: "\n").map(String.init).sorted())
      #expect(try await run.pipeline(resources).verify().isEqual)
    }
  }

  @Test func rowsWithAValueInANewColumnAreOutWhileItIs() async throws {
    try await withEndToEnd { run in
      let resources = resources(SchemaContract(columns: .discardRow))
      try await run.database.psql(
        "CREATE TABLE t (v int); ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t SELECT i % 2 FROM generate_series(1, 8) i"
      )
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        """
        ALTER TABLE t ADD COLUMN c int; INSERT INTO t VALUES (1, 5), (1, 5), (1, NULL);
        UPDATE t SET c = 7 WHERE ctid IN (SELECT ctid FROM t WHERE v = 0 LIMIT 2);
        DELETE FROM t WHERE ctid = (SELECT ctid FROM t WHERE c = 5 LIMIT 1); DELETE FROM t WHERE ctid = (SELECT ctid FROM t WHERE v = 1 AND c IS NULL LIMIT 1);
        UPDATE t SET c = NULL WHERE ctid = (SELECT ctid FROM t WHERE c = 7 LIMIT 1)
        """)
      #expect(try await run.pipeline(resources).capture().resynced.isEmpty)
      let wanted = try await run.database.psql("SELECT v FROM t WHERE c IS NULL ORDER BY v")
      let found = try await run.texts("SELECT v::text FROM t ORDER BY v", path: run.path("t"))
      #expect(found == wanted.split(separator: "\n").map(String.init))
      #expect(try await run.pipeline(resources).verify().isEqual)
    }
  }
}
