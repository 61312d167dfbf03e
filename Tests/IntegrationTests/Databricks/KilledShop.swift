/// The tables of the tests with SIGKILL: one that is merged, one to which every change is appended.
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
    CREATE TABLE invoice (id bigint PRIMARY KEY, total numeric(12, 2), note text);
    ALTER TABLE invoice ALTER note SET STORAGE EXTERNAL;
    CREATE TABLE event (id int PRIMARY KEY, what text);
    INSERT INTO invoice SELECT i, i * 1.01, repeat(chr(64 + i % 26), 3000) FROM generate_series(1, 200) i;
    INSERT INTO event SELECT i, 'e' || i FROM generate_series(1, 80) i;
    """

  /// Inserts, updates that leave a value out of line as it is, deletes and new keys in both tables; different ones in
  /// every round, of which there are fewer than 20.
  func change(_ round: Int) async throws {
    let first = round * 1000
    try await run.database.psql(
      """
      BEGIN;
      INSERT INTO invoice SELECT i, i, 'new' FROM generate_series(\(first), \(first + 20)) i;
      UPDATE invoice SET total = total + 1 WHERE id % 20 = \(round);
      UPDATE invoice SET id = id + 500000 WHERE id = \(round + 100);
      INSERT INTO event SELECT i, 'n' || i FROM generate_series(\(first), \(first + 20)) i;
      COMMIT;
      BEGIN;
      DELETE FROM invoice WHERE id % 50 = \(round);
      UPDATE event SET what = what || '!' WHERE id % 20 = \(round);
      DELETE FROM event WHERE id = \(round);
      UPDATE event SET id = id + 500000 WHERE id = \(round + 40);
      COMMIT;
      """)
  }

  /// Row by row, nothing lost and nothing twice, as engines find it that share no code with `cdc` or the double.
  ///
  /// - Parameter moment: after what, for the message.
  func expectEqual(after moment: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let found = try await differences(
      lakeTable: path("invoice"), postgresTable: "public.invoice", in: run.database)
    #expect(found == [], "\(moment)", sourceLocation: sourceLocation)
    // What the appended changes, one after the other, come to.
    let rows = try await LakeReader.query(
      """
      SELECT id, what FROM (
        SELECT *, row_number() OVER (
          PARTITION BY id ORDER BY _cdc_lsn DESC, _cdc_op = 'r', _cdc_sequence DESC) AS age FROM t)
      WHERE age = 1 AND _cdc_op <> 'd' ORDER BY id
      """, tables: ["t": path("event")])
    let expected = try await run.database.psql(
      "SELECT json_build_array(id, what) FROM event ORDER BY id"
    ).split(separator: "\n").map { String($0).replacing(", ", with: ",") }
    #expect(rows == expected, "\(moment)", sourceLocation: sourceLocation)
    let twice = try await LakeReader.query(
      """
      SELECT _cdc_op, _cdc_lsn, _cdc_sequence, CASE WHEN _cdc_op = 'r' THEN id END FROM t
      GROUP BY ALL HAVING count(*) > 1
      """, tables: ["t": path("event")])
    #expect(twice == [], "\(moment)", sourceLocation: sourceLocation)
  }

  private func path(_ table: String) -> String {
    run.double.tableFolder(catalog: run.double.catalog, schema: run.schema, table: table)
  }

  /// How many rows a reader sees in a table now.
  func count(_ table: String) async throws -> String {
    try await LakeReader.query("SELECT count(*)::int FROM t", tables: ["t": path(table)]).first ?? ""
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
    let slots = "pg_replication_slots WHERE database = current_database()"
    return try await run.database.psql("SELECT confirmed_flush_lsn > '\(position)' FROM \(slots)") == "t"
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

  /// More changes, and a run that takes all of them up.
  func goesOn(after death: Death, round: Int) async throws {
    try await change(round)
    try await waitForTheSlot()
    try await run.cdcSucceeds(["run", "--mode", "cdc"])
    try await expectEqual(after: death.testDescription)
    guard death.fate == .late else { return }
    // What was still under way has come in by now, and has changed nothing; the next run takes it away.
    try await Task.sleep(for: Death.delay + .seconds(1))
    try await expectEqual(after: death.testDescription + " came late")
  }
}

/// Runs `body` with the shop's tables, and faults that are the test's own.
func withKilledShop(_ body: (KilledShop) async throws -> Void) async throws {
  try await withDatabricksCommand { run in
    var run = run
    run.principal = try await run.double.newPrincipal(admin: true)
    try Data(KilledShop.settings.utf8).write(
      to: run.directory.url.appendingPathComponent("cdc.toml"))
    try await run.database.psql(KilledShop.tables)
    try await body(KilledShop(run: run))
  }
}
