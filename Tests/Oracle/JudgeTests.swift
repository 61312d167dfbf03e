/// The oracle is worth something only where it sees what is wrong: here a destination loses changes.
import CDCCore
import Synchronization
import TestSupport
import Testing

@Suite(.serialized) struct JudgeTests {
  private static let server = Task { try await OracleServer.start() }

  @Test(arguments: [WriteDisposition.merge, .append, .softDelete, .scd2, .insertOnly])
  func seesThatChangesWereLost(_ disposition: WriteDisposition) async throws {
    let script = try Script(
      parsing: """
        --@ table t disposition=\(disposition.rawValue)
        --@ setup
        CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'v' FROM generate_series(1, 9) i;
        --@ round
        --@ session
        --@ during load
        --@ round
        --@ session
        INSERT INTO t VALUES (10, 'new'); UPDATE t SET v = 'changed' WHERE id < 3; DELETE FROM t WHERE id = 4;
        INSERT INTO t VALUES (11, 'last');
        """)
    for isLossy in [false, true] {
      try await withTemporaryDirectory { directory in
        let lake = LossyLake(inner: LocalLake(directory: directory, spec: script.lake), isLossy: isLossy)
        let (tally, finding) = try await Runner.run(script, on: try await Self.server.value, in: lake)
        #expect(tally.comparisons == 2)
        #expect((finding?.kind == .difference) == isLossy, "\(finding?.description ?? "nothing found")")
      }
    }
  }

  @Test func shortensWhatFails() async throws {
    var script = try Script(
      parsing: """
        --@ table t
        --@ table other
        --@ setup
        CREATE TABLE t (id int PRIMARY KEY, v text);
        --@ round
        --@ session
        --@ during load
        --@ round
        --@ session
        --@ after capture rows=5 bytes=4000
        --@ round
        """)
    func inserts(_ rows: Range<Int>) -> [Script.Transaction] {
      rows.map {
        Script.Transaction(
          statements: [Script.Statement(sql: "INSERT INTO t VALUES (\($0), 'v')", tables: ["t"])],
          ending: "COMMIT")
      }
    }
    script.setup.append(Script.Statement(sql: "CREATE TABLE other (id int PRIMARY KEY)", tables: ["other"]))
    script.rounds[0].sessions = [Script.Session(transactions: inserts(0..<2))]
    script.rounds[1].sessions = [2..<5, 5..<8].map { Script.Session(transactions: inserts($0)) }
    let server = try await Self.server.value
    func trial(_ script: Script) async throws -> Finding? {
      try await withTemporaryDirectory { directory in
        let lake = LossyLake(inner: LocalLake(directory: directory, spec: script.lake), isLossy: true)
        return try await Runner.run(script, on: server, in: lake).1
      }
    }
    let finding = try #require(try await trial(script))
    var shrinker = Shrinker(script, finding, for: .seconds(600), trial: trial)
    try await shrinker.run()
    #expect(script.statementCount == 10)
    // A table, a row.
    #expect(shrinker.best.statementCount == 2, "\(shrinker.best.text)")
    #expect(shrinker.best.tables.map(\.name) == ["t"])
    #expect(shrinker.finding.signature == finding.signature)
  }

  @Test func readsBackWhatItWrites() throws {
    for seed in UInt64(1)...30 {
      let text = Generator.script(seed: seed).text
      let again = try Script(parsing: text)
      #expect(again.rounds.map(\.during) == Generator.script(seed: seed).rounds.map(\.during))
      #expect(again.tables == Generator.script(seed: seed).tables)
      #expect(text == Generator.script(seed: seed).text)
    }
  }
}

private struct LossyLake: Lake {
  let inner: any Lake
  let isLossy: Bool

  func path(of table: String) throws -> String { try inner.path(of: table) }

  func destination(_ faults: FaultCounter?) throws -> any ReadableDestination {
    let destination = try inner.destination(faults)
    return isLossy ? LossyDestination(inner: destination) : destination
  }
}

/// Forgets the last row of each batch.
private struct LossyDestination: ReadableDestination {
  let inner: any ReadableDestination

  func open(pipeline: String) async throws -> Checkpoint? { try await inner.open(pipeline: pipeline) }
  func position(of table: TableName, pipeline: String) async throws -> LSN? {
    try await inner.position(of: table, pipeline: pipeline)
  }

  func record(_ checkpoint: Checkpoint) async throws { try await inner.record(checkpoint) }
  func schema(of table: TableName) async throws -> TableSchema? { try await inner.schema(of: table) }

  func heldTables(pipeline: String) async throws -> [HeldTable]? {
    try await inner.heldTables(pipeline: pipeline)
  }

  func release(_ table: TableName, pipeline: String, copy: RemovedTables) async throws {
    try await inner.release(table, pipeline: pipeline, copy: copy)
  }

  func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, pipeline: String, position: LSN
  ) async throws -> any TableLoad {
    try await inner.beginLoad(table, disposition: disposition, pipeline: pipeline, position: position)
  }

  func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter {
    Writer(inner: try await inner.beginPackage(package))
  }

  func read(
    _ table: TableName, columns: [String]?, sink: @escaping @Sendable (RowBatch) async throws -> Void
  ) async throws {
    try await inner.read(table, columns: columns, sink: sink)
  }

  struct Writer: PackageWriter {
    let inner: any PackageWriter

    func write(_ changes: ChangeBatch, disposition: WriteDisposition) async throws {
      var changes = changes
      let count = changes.rowCount - 1
      guard count > 0 else { return }
      changes.rows = changes.rows.gather(Array(0..<Int32(count)))
      changes.operations.removeLast()
      changes.positions.removeLast()
      changes.transactions.removeAll { $0.firstRow >= count }
      changes.unchanged = changes.unchanged.map { $0.filter { $0 < count } }
      try await inner.write(changes, disposition: disposition)
    }

    func truncate(
      _ table: TableSchema, disposition: WriteDisposition, transaction: TransactionRun
    ) async throws {
      try await inner.truncate(table, disposition: disposition, transaction: transaction)
    }

    func commit(_ checkpoint: Checkpoint) async throws { try await inner.commit(checkpoint) }
    func abandon() async { await inner.abandon() }
  }
}
