/// The oracle is worth something only where it sees what is wrong: here a destination loses changes, or what was before a load.
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
    try await expectSeen(.changes, in: script)
  }

  @Test(arguments: [WriteDisposition.append, .softDelete, .scd2, .insertOnly])
  func seesThatThePastWasLost(_ disposition: WriteDisposition) async throws {
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
        DELETE FROM t WHERE id = 4; UPDATE t SET v = 'changed' WHERE id < 3;
        --@ round
        --@ session
        ALTER TABLE t ADD w int DEFAULT 7; INSERT INTO t VALUES (11, 'last');
        """)
    try await expectSeen(.past, in: script)
  }

  private func expectSeen(_ loss: Loss, in script: Script) async throws {
    for loss in [nil, loss] {
      try await withTemporaryDirectory { directory in
        let lake = LossyLake(inner: LocalLake(directory: directory, spec: script.lake), loss: loss)
        let (tally, finding) = try await Runner.run(script, on: try await Self.server.value, in: lake)
        #expect(tally.comparisons == script.rounds.count)
        #expect((finding?.kind == .difference) == (loss != nil), "\(finding?.description ?? "nothing found")")
      }
    }
  }

  /// What fails here is known: two statements of different rounds, and the table that they are about.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func shortensWhatFails(seed: UInt64) async throws {
    var script = Generator.script(seed: seed)
    let table = try #require(script.tables.first).name
    let needed = ["INSERT INTO first", "INSERT INTO last"].map {
      Script.Statement(sql: $0, tables: [table])
    }
    script.rounds[0].sessions.append(
      Script.Session(transactions: [Script.Transaction(statements: [needed[0]], ending: nil)]))
    let last = script.rounds.count - 1
    script.rounds[last].sessions.append(
      Script.Session(transactions: [Script.Transaction(statements: [needed[1]], ending: "COMMIT")]))
    let created = try #require(script.setup.first { $0.tables == [table] })

    let finding = Finding(kind: .difference, round: last, signature: "difference", description: "")
    var shrinker = Shrinker(script, finding, for: .seconds(600)) { script in
      let statements = script.rounds.flatMap(\.sessions).flatMap(\.transactions).flatMap(\.statements)
      let isFailing = script.setup.contains(created) && needed.allSatisfy(statements.contains)
      // Another fault is not the one that is looked for.
      let other = Finding(kind: .error, round: 0, signature: "other", description: "")
      return isFailing ? finding : other
    }
    try await shrinker.run()
    #expect(script.statementCount > 50)
    #expect(shrinker.best.statementCount == 3, "\(shrinker.best.text)")
    #expect(shrinker.best.tables.map(\.name) == [table])
    #expect(shrinker.best.rounds.count == 2)
    #expect(shrinker.best.rounds.allSatisfy { $0.during.isEmpty && $0.after.isEmpty })
    #expect(shrinker.finding.signature == "difference")
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

private enum Loss {
  /// The last row of each batch.
  case changes
  /// What a table had before a load.
  case past
}

private struct LossyLake: Lake {
  let inner: any Lake
  let loss: Loss?

  func path(of table: String) throws -> String { try inner.path(of: table) }

  func destination(_ faults: FaultCounter?) throws -> any ReadableDestination {
    let destination = try inner.destination(faults)
    return loss.map { LossyDestination(inner: destination, loss: $0) } ?? destination
  }
}

private struct LossyDestination: ReadableDestination {
  let inner: any ReadableDestination
  let loss: Loss

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
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad {
    try await inner.beginLoad(
      table, disposition: disposition, carrying: loss == .past ? nil : carried, pipeline: pipeline,
      position: position)
  }

  func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter {
    let writer = try await inner.beginPackage(package)
    return loss == .changes ? Writer(inner: writer) : writer
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
