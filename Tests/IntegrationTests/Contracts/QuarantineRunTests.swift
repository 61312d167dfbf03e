/// Rows that a table cannot hold, by load and by stream, under each disposition: the lake holds what it can, exactly, and the
/// quarantine the rest.
import CDCCore
import DeltaSink
import TestSupport
import Testing

@Suite struct QuarantineRunTests {
  private static let strict = ResourceHints(contract: SchemaContract(dataType: .discardRow))
  private static let resources = ResourceList([Resource("public.*", hints: strict)])
  private static let name = TableName(schema: "public", name: "t")
  /// PostgreSQL's rows that the lake can hold.
  private static let sound = "v IS DISTINCT FROM 'NaN'::numeric"

  /// `big` is stored out of line, so an update that leaves it alone does not carry it.
  private static let table = """
    CREATE TABLE t (id int PRIMARY KEY, v numeric(6,2), a text, big text);
    ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
    INSERT INTO t SELECT i, i, 'a' || i, repeat(chr(64 + i), 3000) FROM generate_series(1, 9) i;
    UPDATE t SET v = 'NaN' WHERE id = 9;
    """

  private func quarantine(_ run: EndToEnd, _ sql: String) async throws -> [String] {
    try await LakeReader.query(sql, tables: ["q": run.ownPath("_cdc_quarantine")])
  }

  private func expectSound(_ run: EndToEnd, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await TestSupport.expectEqual(
      lakeTable: run.path("t"), postgresTable: "public.t", in: run.database, filter: Self.sound,
      sourceLocation: sourceLocation)
    let report = try await run.pipeline(Self.resources).verify()
    #expect(report.isEqual, "\(report)", sourceLocation: sourceLocation)
  }

  @Test(arguments: [(BatchLimits(), Place.lake), (BatchLimits(rows: 1), .lake), (BatchLimits(), .databricks)])
  func theTableHoldsTheRowsThatItCanAndTheQuarantineTheOthers(_ limits: BatchLimits, _ place: Place)
    async throws
  {
    try await withEndToEnd(place) { run in
      try await run.database.psql(Self.table)
      let load = try await run.pipeline(Self.resources).fullLoad()
      #expect(load.tables.map(\.quarantinedRows) == [1])
      #expect(load.rows == 8)
      try await expectSound(run)
      let loaded = try await quarantine(
        run,
        "SELECT table_schema, table_name, key, operation, column_name, reason, row->>'v', row->>'a' FROM q")
      #expect(
        loaded == [
          "[\"public\",\"t\",\"{\\\"id\\\":9}\",\"load\",\"v\",\"is NaN, which a decimal cannot hold\",\"NaN\",\"a9\"]"
        ])
      try await run.database.psql(
        """
        INSERT INTO t VALUES (20, 'NaN', 'new', 'x'), (21, 1, 'new', 'y'); UPDATE t SET v = 'NaN' WHERE id IN (1, 2, 3);
        UPDATE t SET id = 40, v = 'NaN' WHERE id = 4; UPDATE t SET id = 50 WHERE id = 40; UPDATE t SET a = 'still' WHERE id = 1;
        DELETE FROM t WHERE id = 2; DELETE FROM t WHERE id = 5; UPDATE t SET v = 3, big = 'whole' WHERE id = 3;
        UPDATE t SET id = 51, v = 5, big = 'whole' WHERE id = 50; INSERT INTO t VALUES (2, 2, 'again', 'z')
        """)
      let report = try await run.pipeline(Self.resources, limits: limits).capture()
      #expect(report.quarantinedRows == [Self.name: 7])
      #expect(report.resynced.isEmpty)
      try await expectSound(run)
      let open = """
        SELECT key FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY entry DESC) AS n FROM q)
        WHERE n = 1 AND event = 'quarantined' ORDER BY key
        """
      #expect(
        try await quarantine(run, open)
          == ["{\"id\":1}", "{\"id\":20}", "{\"id\":9}"].map { "[\"\($0.replacing("\"", with: "\\\""))\"]" })
      // The log does not carry `big`, and the lake has it no longer.
      try await run.database.psql("UPDATE t SET v = 1 WHERE id = 1; UPDATE t SET a = 'on' WHERE id = 1")
      let back = try await run.pipeline(Self.resources, limits: limits).capture()
      #expect(back.resynced == [Self.name])
      try await expectSound(run)
      try await run.database.psql(
        "UPDATE t SET v = 1 WHERE id = 20; TRUNCATE t; INSERT INTO t VALUES (9, 1, 'a', 'b'); DELETE FROM t WHERE id = 9"
      )
      let last = try await run.pipeline(Self.resources).capture()
      #expect(last.quarantinedRows.isEmpty && last.changeCount > 0)
      try await expectSound(run)
      #expect(try await run.pipeline(Self.resources).capture().packages == 0)
    }
  }

  @Test(arguments: [WriteDisposition.softDelete, .scd2, .append], Place.allCases)
  func everyDispositionLetsTheRowGoAndComeBack(_ disposition: WriteDisposition, _ place: Place) async throws {
    try await withEndToEnd(place) { run in
      var hints = Self.strict
      hints.writeDisposition = disposition
      let resources = ResourceList([Resource("public.*", hints: hints)])
      try await run.database.psql(Self.table)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        "UPDATE t SET v = 'NaN' WHERE id = 1; INSERT INTO t VALUES (20, 'NaN'), (21, 'NaN')")
      try await run.pipeline(resources).capture()
      #expect(try await run.pipeline(resources).verify().isEqual)
      try await run.database.psql(
        """
        UPDATE t SET v = 7, big = 'back' WHERE id = 1; DELETE FROM t WHERE id IN (9, 20);
        UPDATE t SET v = 21, big = 'b' WHERE id = 21; DELETE FROM t WHERE id = 21
        """)
      try await run.pipeline(resources).capture()
      #expect(try await run.pipeline(resources).verify().isEqual)
      let sql =
        switch disposition {
        case .softDelete:
          "SELECT id || ' ' || v || ' ' || (_cdc_deleted_at IS NULL) FROM t WHERE id IN (1, 9, 20, 21)"
        case .scd2: "SELECT id || ' ' || v || ' ' || _cdc_is_current FROM t WHERE id IN (1, 9, 20, 21)"
        default:
          "SELECT id || ' ' || coalesce(v::text, '-') || ' ' || _cdc_op FROM t WHERE id IN (1, 9, 20, 21)"
        }
      let expected =
        switch disposition {
        case .softDelete: ["1 7.00 true", "21 21.00 false"]
        case .scd2: ["1 1.00 false", "1 7.00 true", "21 21.00 false"]
        default: ["1 - d", "1 1.00 r", "1 7.00 u", "21 - d", "21 21.00 u"]
        }
      #expect(try await run.query(sql, table: "t").sorted() == expected.map { "[\"\($0)\"]" })
    }
  }

  @Test func aRowIsFoundAgainAfterItsKeyWasRenamed() async throws {
    try await withEndToEnd { run in
      var hints = Self.strict
      hints.writeDisposition = .softDelete
      let resources = ResourceList([Resource("public.*", hints: hints)])
      try await run.database.psql(Self.table)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql("UPDATE t SET v = 'NaN' WHERE id IN (1, 2)")
      try await run.pipeline(resources).capture()
      try await run.database.psql(
        "ALTER TABLE t RENAME id TO number; DELETE FROM t WHERE number = 9; UPDATE t SET v = 1 WHERE number = 1"
      )
      #expect(try await run.pipeline(resources).capture().resynced == [Self.name])
      #expect(try await run.pipeline(resources).verify().isEqual)
      let alive = "SELECT count(*)::text FROM t WHERE _cdc_deleted_at IS NULL"
      #expect(try await run.query(alive, table: "t") == ["[\"7\"]"])
    }
  }

  @Test func aHintedDecimalTakesWhatItCanHold() async throws {
    try await withEndToEnd { run in
      var hints = Self.strict
      hints.columns = ["v": ColumnHint(type: .decimal(precision: 6, scale: 2))]
      let resources = ResourceList([Resource("public.*", hints: hints)])
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v numeric); INSERT INTO t VALUES (1, 1.005), (2, 1.5)")
      #expect(try await run.pipeline(resources).fullLoad().rows == 1)
      try await run.database.psql(
        "INSERT INTO t VALUES (3, 12345.6), (4, 'Infinity'), (5, 9999.990); DELETE FROM t WHERE id = 3")
      let report = try await run.pipeline(resources).capture()
      #expect(report.quarantinedRows == [Self.name: 2])
      #expect(
        try await run.query("SELECT id::text || ' ' || v FROM t ORDER BY id", table: "t") == [
          "[\"2 1.50\"]", "[\"5 9999.99\"]",
        ])
      #expect(try await run.pipeline(resources).verify().isEqual)
    }
  }

  @Test(arguments: Place.allCases)
  func aTableWithoutAKeyAppendsTheRowsThatItCanHold(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int, v numeric(6,2)); ALTER TABLE t REPLICA IDENTITY FULL;
        INSERT INTO t VALUES (1, 1), (2, 'NaN')
        """)
      try await run.pipeline(Self.resources).fullLoad()
      try await run.database.psql("INSERT INTO t VALUES (3, 'NaN'), (4, 4); DELETE FROM t WHERE id IN (1, 2)")
      try await run.pipeline(Self.resources).capture()
      let log = try await run.query(
        "SELECT _cdc_op || id FROM t ORDER BY _cdc_lsn, _cdc_sequence", table: "t")
      #expect(log == ["[\"r1\"]", "[\"c4\"]", "[\"d1\"]"])
      #expect(try await run.pipeline(Self.resources).verify().isEqual)
      #expect(try await quarantine(run, "SELECT operation || (row->>'id') FROM q ORDER BY 1").count == 3)
    }
  }

  /// Masked values stay masked, also where a row is kept out.
  @Test(arguments: Place.allCases)
  func theQuarantineShowsNothingThatIsMasked(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      var hints = Self.strict
      hints.columns = [
        "mail": ColumnHint(mask: .sha256(salt: MaskSalt("pfeffer"))),
        "name": ColumnHint(mask: .constant("hidden")),
        "born": ColumnHint(mask: .null),
      ]
      let resources = ResourceList([Resource("public.*", hints: hints)])
      try await run.database.psql(
        """
        CREATE TABLE t (mail text PRIMARY KEY, name text, born date, score numeric(4,1)[]);
        INSERT INTO t VALUES ('secret1', 'secret', '1980-01-01', '{1}'), ('secret2', 'secret', '1980-01-01', '{{1,2},{3,NaN}}')
        """)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql("UPDATE t SET score = '{NaN}', born = 'infinity' WHERE mail = 'secret1'")
      try await run.pipeline(resources).capture()
      #expect(try await run.pipeline(resources).verify().isEqual)
      #expect(try await run.query("SELECT count(*)::text FROM t", table: "t") == ["[\"0\"]"])
      let rows = try await quarantine(run, "SELECT row FROM q ORDER BY operation")
      let hashes = try await run.database.psql(
        "SELECT encode(sha256(convert_to('pfeffer' || mail, 'UTF8')), 'hex') FROM t ORDER BY mail DESC"
      ).split(separator: "\n")
      let scores = ["{{1.0,2.0},{3.0,NaN}}", "{NaN}"]
      #expect(
        rows
          == zip(hashes, scores).map {
            "[\"{\\\"mail\\\":\\\"\($0)\\\",\\\"name\\\":\\\"hidden\\\",\\\"born\\\":null,\\\"score\\\":\\\"\($1)\\\"}\"]"
          })
    }
  }

  /// Cut off at each stage of a package, and gone on with: every entry is there once.
  @Test(arguments: [
    (DeliveryStage.beforeTableCommit, Place.lake), (.afterTableCommit, .lake), (.beforeCheckpoint, .lake),
    (.afterCheckpoint, .lake), (.afterTableCommit, .databricks),
  ])
  func aCrashNeitherLosesNorDoublesAnEntry(_ stage: DeliveryStage, _ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(Self.table)
      try await run.pipeline(Self.resources).fullLoad()
      try await run.database.psql(
        "UPDATE t SET v = 'NaN' WHERE id = 1; INSERT INTO t VALUES (20, 'NaN'), (21, 1); DELETE FROM t WHERE id = 9"
      )
      let faults = FaultPlan()
      faults.arm(stage)
      let cutOff = try run.destination(faults)
      await #expect(throws: InjectedFault.self) {
        try await run.pipeline(Self.resources, destination: cutOff).capture()
      }
      try await run.pipeline(Self.resources, destination: cutOff).capture()
      let events = try await quarantine(run, "SELECT event || ' ' || key FROM q ORDER BY entry")
      #expect(
        events.map { $0.replacing("\\\"", with: "") } == [
          "[\"quarantined {id:9}\"]", "[\"quarantined {id:1}\"]", "[\"quarantined {id:20}\"]",
          "[\"resolved {id:9}\"]",
        ])
      let report = try await run.pipeline(Self.resources, destination: cutOff).verify()
      #expect(report.isEqual, "\(report)")
    }
  }

  @Test(arguments: Place.allCases)
  func discardedValuesAreCountedWhereTheyCanBeAskedFor(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      let resources = ResourceList([
        Resource("public.*", hints: ResourceHints(contract: SchemaContract(dataType: .discardValue)))
      ])
      try await run.database.psql(
        "CREATE TABLE t (d date PRIMARY KEY, v numeric(6,2)); INSERT INTO t VALUES ('2024-01-01', 'NaN'), ('infinity', 1)"
      )
      let load = try await run.pipeline(resources).fullLoad()
      #expect(load.tables.map(\.discardedValues) == [1])
      // A key has no nulls.
      #expect(load.tables.map(\.quarantinedRows) == [1])
      try await run.database.psql(
        "INSERT INTO t VALUES ('2024-01-02', 'NaN'), ('2024-01-03', 'NaN'); DELETE FROM t WHERE d = 'infinity'"
      )
      let report = try await run.pipeline(resources).capture()
      #expect(report.discardedValues == [Self.name: 2])
      let counts = try await quarantine(
        run,
        "SELECT column_name || sum(value_count)::int FROM q WHERE event = 'discarded_values' GROUP BY column_name"
      )
      #expect(counts == ["[\"v3\"]"])
      #expect(try await run.pipeline(resources).verify().isEqual)
    }
  }
}
