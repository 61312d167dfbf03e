/// The tables of the tests with SIGKILL: two that are merged, one to which every change is appended.
import Foundation
import TestSupport
import Testing

struct KilledShop {
  let run: DatabricksCommand

  static let settings = """
    [[table]]
    pattern = "public.event"
    write = "append"
    """

  static let tables = """
    CREATE TABLE customer (id int PRIMARY KEY, name text, note text);
    ALTER TABLE customer ALTER note SET STORAGE EXTERNAL;
    CREATE TABLE invoice (id bigint PRIMARY KEY, customer int, total numeric(12, 2));
    CREATE TABLE event (id int PRIMARY KEY, what text);
    INSERT INTO customer SELECT i, 'c' || i, repeat(chr(64 + i % 26), 3000) FROM generate_series(1, 60) i;
    INSERT INTO invoice SELECT i, 1 + i % 60, i * 1.01 FROM generate_series(1, 200) i;
    INSERT INTO event SELECT i, 'e' || i FROM generate_series(1, 40) i;
    """

  /// Inserts, updates that leave a value out of line as it is, deletes and new keys in every table; different ones in
  /// every round.
  func change(_ round: Int) async throws {
    let first = round * 1000
    try await run.database.psql(
      """
      BEGIN;
      INSERT INTO customer SELECT i, 'n' || i, 'new' FROM generate_series(\(first), \(first + 20)) i;
      UPDATE customer SET name = name || '!' WHERE id % 7 = \(round);
      UPDATE customer SET id = id + 500000 WHERE id = \(round + 10);
      INSERT INTO event SELECT i, 'n' || i FROM generate_series(\(first), \(first + 20)) i;
      COMMIT;
      BEGIN;
      UPDATE invoice SET total = total + 1 WHERE id % 5 = \(round % 5);
      DELETE FROM invoice WHERE id % 50 = \(round);
      UPDATE event SET what = what || '!' WHERE id % 6 = \(round % 6);
      DELETE FROM event WHERE id = \(round);
      UPDATE event SET id = id + 500000 WHERE id = \(round + 20);
      COMMIT;
      """)
  }

  /// Row by row, nothing lost and nothing twice, as engines find it that share no code with `cdc` or the double.
  func expectEqual(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await run.expectEqual("customer", sourceLocation: sourceLocation)
    try await run.expectEqual("invoice", sourceLocation: sourceLocation)
    let log = [
      "t": run.double.tableFolder(catalog: run.double.catalog, schema: run.schema, table: "event")
    ]
    // What the changes, one after the other, come to.
    let rows = try await LakeReader.query(
      """
      SELECT id, what FROM (
        SELECT *, row_number() OVER (
          PARTITION BY id ORDER BY _cdc_lsn DESC, _cdc_op = 'r', _cdc_sequence DESC) AS age FROM t)
      WHERE age = 1 AND _cdc_op <> 'd' ORDER BY id
      """, tables: log)
    let expected = try await run.database.psql(
      "SELECT json_build_array(id, what) FROM event ORDER BY id"
    ).split(separator: "\n").map { String($0).replacing(", ", with: ",") }
    #expect(rows == expected, sourceLocation: sourceLocation)
    let twice = try await LakeReader.query(
      """
      SELECT _cdc_op, _cdc_lsn, _cdc_sequence, id, count(*)::int FROM t
      GROUP BY ALL HAVING count(*) > 1
      """, tables: log)
    #expect(twice == [], sourceLocation: sourceLocation)
    let changes = try await LakeReader.query(
      "SELECT count(*)::int, count(DISTINCT (_cdc_lsn, _cdc_sequence))::int FROM t WHERE _cdc_op <> 'r'",
      tables: log)
    let numbers = changes.first?.filter { $0.isNumber || $0 == "," }.split(separator: ",") ?? []
    #expect(
      numbers.count == 2 && numbers.first == numbers.last, "\(changes)",
      sourceLocation: sourceLocation)
  }

  /// What was still under way has come in by now: it has changed nothing, and the next run takes it away.
  func goOnAfterwards() async throws {
    try await Task.sleep(for: .seconds(4))
    try await expectEqual()
    try await change(3)
    try await run.cdcSucceeds(["run", "--mode", "cdc"])
    try await expectEqual()
  }

  /// Nothing is left in the volume but the mark of the last recovery.
  func expectNothingStaged(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let volume = URL(
      fileURLWithPath: "\(run.double.root)/volumes/\(run.double.catalog)/\(run.schema)_staging/cdc")
    let files = FileManager.default.enumerator(at: volume, includingPropertiesForKeys: nil)
    let left = (files?.allObjects as? [URL] ?? []).map(\.lastPathComponent)
      .filter { $0.hasSuffix(".parquet") || $0 == "manifest.json" }
    #expect(left == [], sourceLocation: sourceLocation)
  }

  /// Where the log of PostgreSQL ends.
  func position() async throws -> String {
    try await run.database.psql("SELECT pg_current_wal_lsn()")
  }

  /// Whether PostgreSQL was told that something after this position is durable.
  func isConfirmed(after position: String) async throws -> Bool {
    try await run.database.psql(
      "SELECT confirmed_flush_lsn > '\(position)' FROM pg_replication_slots WHERE database = current_database()"
    )
      == "t"
  }

  /// The server may need a moment to notice that a killed client has gone.
  func waitForTheSlot() async throws {
    let isFree = try await eventually {
      try await run.database.psql(
        "SELECT count(*) FROM pg_replication_slots WHERE active AND database = current_database()")
        == "0"
    }
    #expect(isFree)
  }
}

/// Runs `body` with the shop's tables, and faults that are the test's own, when it is its turn at the double.
func withKilledShop(_ body: (KilledShop) async throws -> Void) async throws {
  let double = try await DatabricksDouble.shared()
  try await double.turn {
    try await withDatabricksCommand { run in
      var run = run
      run.principal = try await double.newPrincipal(admin: true)
      try Data(KilledShop.settings.utf8).write(
        to: run.directory.url.appendingPathComponent("cdc.toml"))
      try await run.database.psql(KilledShop.tables)
      try await body(KilledShop(run: run))
    }
  }
}
