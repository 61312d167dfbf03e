/// What ALTER TABLE does while changes are captured, and what the lake makes of it.
import CDCCore
import DeltaSink
import TestSupport
import Testing

@Suite struct SchemaChangeTests {
  struct Change: Sendable, CustomTestStringConvertible {
    var sql: String
    /// The table has to be loaded again, because rows changed that the log does not name.
    var loads: Bool

    init(_ sql: String, loads: Bool) {
      self.sql = sql
      self.loads = loads
    }

    var testDescription: String { sql }
  }

  static let changes = [
    Change("ADD COLUMN c int", loads: false),
    Change("ADD COLUMN c int DEFAULT 5", loads: true),
    Change("ADD COLUMN c float8 DEFAULT random()", loads: true),
    Change("ADD COLUMN c int GENERATED ALWAYS AS IDENTITY", loads: true),
    Change("ALTER a TYPE bigint", loads: true),
    Change("ALTER a TYPE int USING a + 1", loads: true),
    Change("ALTER a TYPE text", loads: true),
    Change("ALTER b TYPE varchar(2) USING left(b, 2)", loads: true),
    Change("ALTER b TYPE varchar", loads: false), Change("ALTER b TYPE varchar(100)", loads: true),
    Change("RENAME a TO \"new name\"", loads: false),
    Change("RENAME id TO key", loads: false),
    Change("RENAME a TO x; RENAME b TO a; RENAME x TO b", loads: false),
    Change("DROP COLUMN a; ADD COLUMN a int", loads: true),
    Change("DROP CONSTRAINT #_pkey; ADD PRIMARY KEY (id, a)", loads: true),
    Change("ALTER a SET NOT NULL", loads: false),
    Change("ALTER a SET NOT NULL; ALTER a DROP NOT NULL; SET (fillfactor = 70)", loads: false),
    Change("ALTER g DROP EXPRESSION", loads: true),
    Change("REPLICA IDENTITY FULL", loads: false),
  ]

  /// Of three tables the first changes before and after, the second not at all, the third within one transaction.
  @Test(arguments: changes) func theLakeFollows(_ change: Change) async throws {
    try await withEndToEnd { run in
      for table in ["t", "u", "w"] { try await run.database.psql(Self.create(table)) }
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        INSERT INTO t (id, a, b) VALUES (100, 1, 'before'); UPDATE t SET b = 'seen' WHERE id = 3;
        \(Self.alter("t", change.sql));
        \(Self.touch("t", change.sql));
        \(Self.alter("u", change.sql));
        BEGIN; UPDATE w SET b = 'first' WHERE id = 4;
        \(Self.alter("w", change.sql));
        \(Self.touch("w", change.sql)); COMMIT;
        """)
      let report = try await run.pipeline().capture()
      for table in ["t", "u", "w"] { try await run.expectEqual(table) }
      // PostgreSQL 18 publishes the generated column: as a plain one it has all its values already.
      let isCopied = try await run.database.server.major >= 18 && change.sql.hasSuffix("DROP EXPRESSION")
      #expect(report.resynced.isEmpty == (!change.loads || isCopied))
      for table in ["t", "u"] { try await run.database.psql(Self.touch(table, change.sql, row: 7)) }
      let next = try await run.pipeline().capture()
      #expect(next.resynced.isEmpty)
      for table in ["t", "u", "w"] { try await run.expectEqual(table) }
    }
  }

  private static func create(_ table: String) -> String {
    """
    CREATE TABLE \(table) (id int PRIMARY KEY, a int, b text, g int GENERATED ALWAYS AS (id * 2) STORED);
    INSERT INTO \(table) (id, a, b) SELECT i, i * 10, 'x' || i FROM generate_series(1, 20) i;
    """
  }

  private static func alter(_ table: String, _ sql: String) -> String {
    sql.replacing("#", with: table).split(separator: ";").map { "ALTER TABLE \(table) \($0)" }
      .joined(separator: "; ")
  }

  /// Changes two rows, and inserts one.
  private static func touch(_ table: String, _ sql: String, row: Int = 5) -> String {
    let text = sql.hasPrefix("RENAME a TO x") ? "a" : "b"
    let number = sql.hasPrefix("RENAME a TO x") ? "b" : sql.hasPrefix("RENAME a") ? "\"new name\"" : "a"
    let key = sql.contains("RENAME id") ? "key" : "id"
    return """
      INSERT INTO \(table) (\(key), \(number), \(text)) VALUES (10\(row), 7, 'n');
      UPDATE \(table) SET \(text) = 'y' WHERE \(key) = \(row); DELETE FROM \(table) WHERE \(key) = \(row + 1)
      """
  }

  @Test func aRenameRewritesNothing() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.create("t"))
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        ALTER TABLE t RENAME a TO amount; UPDATE t SET amount = 1 WHERE id = 1;
        ALTER TABLE t RENAME b TO a; ALTER TABLE t ADD COLUMN b date; UPDATE t SET b = '2026-01-01' WHERE id = 2
        """)
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      let lake = run.destination()
      let table = TableName(schema: "public", name: "t")
      let operations = try await lake.history(of: table, limit: 10).compactMap(\.operation)
      #expect(operations.filter { $0 == "WRITE" }.count == 1)
      try await run.database.psql("ALTER TABLE t RENAME amount TO \"Größe, m\"")
      let report = try await run.pipeline().capture()
      #expect(report.resynced.isEmpty)
      try await run.expectEqual("t")
    }
  }

  @Test func aDroppedColumnStaysNullFromThenOnAndMakesRoomForAnotherOfItsName() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.create("t"))
      try await run.pipeline().fullLoad()
      try await run.database.psql("ALTER TABLE t DROP COLUMN a; INSERT INTO t (id, b) VALUES (50, 'new')")
      let report = try await run.pipeline().capture()
      #expect(report.resynced.isEmpty)
      let sums = try await run.query("SELECT count(a)::int, count(*)::int FROM t", table: "t")
      #expect(sums == ["[20,21]"])
      try await run.database.psql("ALTER TABLE t ADD COLUMN a text; UPDATE t SET a = 'again' WHERE id = 3")
      let next = try await run.pipeline().capture()
      #expect(next.resynced.isEmpty)
      try await run.expectEqual("t")
    }
  }

  @Test func aShapeThatNoChangeFollowsArrivesToo() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.create("t"))
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        "UPDATE t SET b = 'n' WHERE id = 1; ALTER TABLE t ADD COLUMN c int; ALTER TABLE t RENAME a TO z")
      let report = try await run.pipeline().capture()
      #expect(report.resynced.isEmpty)
      try await run.expectEqual("t")
      #expect(try await run.pipeline().capture().packages == 0)
    }
  }

  @Test func anEnumsLabelsAreAddedAndRenamed() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, m mood, n int);
        INSERT INTO t VALUES (1, 'sad'), (2, 'ok')
        """)
      try await run.pipeline().fullLoad()
      try await run.database.psql("ALTER TYPE mood ADD VALUE 'glad' BEFORE 'ok'")
      try await run.database.psql("INSERT INTO t VALUES (3, 'glad')")
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await run.expectEqual("t")
      try await run.database.psql(
        "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'; UPDATE t SET n = 1 WHERE id = 1")
      #expect(try await run.pipeline().capture().resynced.map(\.name) == ["t"])
      try await run.expectEqual("t")
    }
  }

  @Test func severalDefinitionsInOneRunEndAtTheLast() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.create("t"))
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        BEGIN; ALTER TABLE t ADD COLUMN c int; UPDATE t SET c = id; ALTER TABLE t RENAME c TO d;
        ALTER TABLE t ALTER d TYPE numeric(10, 2) USING d / 3.0; INSERT INTO t (id, d) VALUES (60, 1.25);
        ALTER TABLE t DROP COLUMN b; UPDATE t SET d = 0 WHERE id = 2; COMMIT;
        INSERT INTO t (id) VALUES (61); ALTER TABLE t ADD COLUMN b text DEFAULT 'late'; DELETE FROM t WHERE id = 61;
        """)
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }

  @Test func definitionsChangeUnderWriters() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id bigint PRIMARY KEY, v bigint); CREATE TABLE u (id bigint PRIMARY KEY, v bigint);
        INSERT INTO t SELECT i, 0 FROM generate_series(1, 50000) i; INSERT INTO u SELECT i, 0 FROM generate_series(1, 50000) i
        """)
      try await run.pipeline().fullLoad()
      let writers = [Writer(run.database, number: 0), Writer(run.database, number: 1, table: "u")]
      var loaded: Set<TableName> = []
      for sql in [
        "ADD COLUMN c float8 DEFAULT random()", "ALTER v TYPE numeric", "RENAME c TO d", "ADD COLUMN e int",
        "ADD COLUMN f text DEFAULT 'f'", "DROP COLUMN e, ADD COLUMN e int",
      ] {
        try await run.database.psql("ALTER TABLE t \(sql)")
        loaded.formUnion(try await run.pipeline(limits: BatchLimits(rows: 500)).capture().resynced)
      }
      for writer in writers { try await writer.stop() }
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      try await run.expectEqual("u")
      #expect(loaded == [TableName(schema: "public", name: "t")])
    }
  }

  @Test func definitionsChangeWhileCaptureGoesOn() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE t (id bigint PRIMARY KEY, v bigint); INSERT INTO t SELECT i, 0 FROM generate_series(1, 50000) i"
      )
      try await run.pipeline().fullLoad()
      let writer = Writer(run.database, number: 0)
      let limits = BatchLimits(rows: 1000, delay: .milliseconds(100))
      let capture = Task { try await run.pipeline(limits: limits).capture(until: .never) }
      for sql in [
        "ADD COLUMN c int", "ALTER v TYPE bigint USING v + 1000000", "RENAME c TO d",
        "DROP COLUMN d, ADD COLUMN d int",
        "ADD COLUMN e text DEFAULT 'e'",
      ] {
        try await Task.sleep(for: .seconds(1))
        try await run.database.psql("ALTER TABLE t \(sql)")
      }
      try await Task.sleep(for: .seconds(1))
      try await writer.stop()
      capture.cancel()
      _ = await capture.result
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }

  @Test(arguments: [WriteDisposition.append, .softDelete, .scd2])
  func everyDispositionFollows(_ disposition: WriteDisposition) async throws {
    try await withEndToEnd { run in
      let resources = ResourceList([Resource("public.*", hints: ResourceHints(writeDisposition: disposition))]
      )
      try await run.database.psql(Self.create("t"))
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        """
        DELETE FROM t WHERE id = 9; ALTER TABLE t ADD COLUMN c int; UPDATE t SET c = 1 WHERE id = 1;
        ALTER TABLE t RENAME a TO z; UPDATE t SET z = -1 WHERE id = 2; ALTER TABLE t RENAME c TO last
        """)
      let report = try await run.pipeline(resources).capture()
      #expect(report.resynced.isEmpty)
      // The last change of the definition, which no change of a row tells of, is there at once.
      let names = try await run.destination().schema(of: TableName(schema: "public", name: "t"))?.columns
      #expect(
        names?.prefix(3).map(\.name) == ["id", "z", "b"] && names?.contains { $0.name == "last" } == true)
      let verified = try await run.pipeline(resources).verify()
      #expect(verified.isEqual, "\(verified)")
      // As another engine reads them: what is there now, and what was.
      let present: String
      let past: String
      switch disposition {
      case .append:
        let order = "PARTITION BY id ORDER BY _cdc_lsn DESC NULLS LAST, _cdc_sequence DESC NULLS LAST"
        present = "true QUALIFY row_number() OVER (\(order)) = 1 AND _cdc_op <> 'd'"
        past = "_cdc_op = 'r' AND id IN (1, 2, 9)"
      case .softDelete:
        present = "_cdc_deleted_at IS NULL"
        past = "_cdc_deleted_at IS NOT NULL"
      default:
        present = "_cdc_is_current"
        past = "NOT _cdc_is_current"
      }
      try await run.expectRows("t", "id, coalesce(z, 0), b, coalesce(last, 0)", where: present)
      let gone = try await run.texts(
        "SELECT concat_ws('|', id, z, b, coalesce(last, 0)) FROM t WHERE \(past) ORDER BY id",
        path: run.path("t"))
      #expect(gone == (disposition == .softDelete ? ["9|90|x9|0"] : ["1|10|x1|0", "2|20|x2|0", "9|90|x9|0"]))
    }
  }

  @Test(arguments: ["ADD COLUMN c int", "RENAME a TO z", "DROP COLUMN a", "ALTER a TYPE bigint"])
  func aFrozenContractStopsBeforeAnythingIsWritten(_ sql: String) async throws {
    try await withEndToEnd { run in
      let frozen = ResourceList([
        Resource("public.*", hints: ResourceHints(contract: SchemaContract(columns: .freeze)))
      ])
      try await run.database.psql(Self.create("t"))
      try await run.pipeline(frozen).fullLoad()
      let before = try await run.destination().lastCheckpoint(of: run.name)
      try await run.database.psql(
        "INSERT INTO t (id) VALUES (70); ALTER TABLE t \(sql); UPDATE t SET b = 'n'")
      await #expect {
        try await run.pipeline(frozen).capture()
      } throws: { error in
        guard let error = error as? CDCError else { return false }
        let column = sql.contains("ADD") ? "column c is new" : "column a"
        return error.code == .schemaContract && error.table?.name == "t" && error.message.contains(column)
      }
      #expect(try await run.destination().lastCheckpoint(of: run.name) == before)
      #expect(try await run.query("SELECT count(*)::int FROM t", table: "t") == ["[20]"])
      try await run.pipeline(frozen).reload()
      try await run.pipeline(frozen).capture()
      try await run.expectEqual("t")
    }
  }

  @Test func everyShapeIsRecordedWithItsPosition() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.create("t"))
      try await run.pipeline().fullLoad()
      for sql in ["ADD COLUMN c int", "RENAME c TO d", "DROP COLUMN d"] {
        try await run.database.psql("ALTER TABLE t \(sql); UPDATE t SET b = 'n' WHERE id = 1")
        try await run.pipeline().capture()
      }
      let rows = try await LakeReader.query(
        """
        SELECT list_aggregate(json_extract_string(columns, '$[*].name'), 'string_agg', ' ') FROM t
        WHERE table_name = 't' ORDER BY sequence
        """, tables: ["t": run.lake.path("_cdc_schema")])
      // PostgreSQL 18 publishes the generated column too.
      let columns = try await run.database.server.major >= 18 ? "id a b g" : "id a b"
      #expect(rows == ["", " c", " d", ""].map { "[\"\(columns)\($0)\"]" })
    }
  }
}
