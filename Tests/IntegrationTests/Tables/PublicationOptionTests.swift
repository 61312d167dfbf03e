/// Publications of the tables' owner that leave out what the copies need: PostgreSQL does so without a word.
import CDCCore
import PGWire
import Synchronization
import TestSupport
import Testing

@Suite struct PublicationOptionTests {
  private static let partitioned = """
    CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
    CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (100);
    INSERT INTO t SELECT i, 'v' FROM generate_series(1, 20) i;

    """
  private static let plain = """
    CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'v' FROM generate_series(1, 20) i;

    """
  private static let changes = """
    UPDATE t SET v = 'w' WHERE id % 3 = 0; DELETE FROM t WHERE id = 5; UPDATE t SET id = 30 WHERE id = 7; INSERT INTO t VALUES (40, 'new');

    """

  struct Lack: Sendable, CustomTestStringConvertible {
    var setup: String
    var scope = "TABLE t"
    var options: String
    var disposition: WriteDisposition = .merge
    /// What is said to be missing; nil where nothing is.
    var word: String?

    var testDescription: String { "\(disposition): \(scope) \(options)" }
  }

  /// Each is refused before anything is made, and what `cdc check` says to do about it is enough.
  @Test(arguments: [
    Lack(setup: partitioned, options: "", word: "publish_via_partition_root = true"),
    Lack(
      setup: partitioned, options: "WITH (publish = 'insert', publish_via_partition_root = false)",
      disposition: .insertOnly, word: "publish_via_partition_root = true"),
    Lack(setup: plain, options: "WITH (publish = 'insert')", word: "update, delete, truncate"),
    Lack(
      setup: plain, options: "WITH (publish = 'insert, update, truncate')", disposition: .softDelete,
      word: "delete"),
    Lack(
      setup: plain, options: "WITH (publish = 'insert, update, delete')", disposition: .append,
      word: "truncate"),
    Lack(setup: plain, scope: "ALL TABLES", options: "", word: "FOR ALL TABLES"),
    Lack(setup: plain, options: ""),
    Lack(setup: plain, options: "WITH (publish = 'insert')", disposition: .insertOnly),
    Lack(setup: plain, options: "WITH (publish = 'insert')", disposition: .replace),
  ])
  func oneThatLeavesOutWhatIsNeededIsRefused(_ lack: Lack) async throws {
    try await withEndToEnd { run in
      let source = try run.source(Self.resources(lack.disposition))
      try await run.database.psql(
        lack.setup + "CREATE PUBLICATION \(source.publicationName) FOR \(lack.scope) \(lack.options)")
      if let word = lack.word {
        let load = await #expect(throws: CDCError.self) {
          try await run.pipeline(Self.resources(lack.disposition)).fullLoad()
        }
        let check = await #expect(throws: CDCError.self) { try await source.check() }
        for error in [load, check] {
          #expect(error?.code == .configuration && error?.message.contains(word) == true, "\(error as Any)")
          #expect(error?.message.contains(source.publicationName) == true)
        }
        let slots = try await run.database.psql(
          "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '\(source.slotName)'")
        #expect(slots == "0")
        let finding = try #require(try await failure(source))
        #expect(finding.detail.contains(source.publicationName))
        for statement in finding.statements { try await run.database.psql(statement) }
      }
      #expect(try await failure(source) == nil)
      try await run.pipeline(Self.resources(lack.disposition)).fullLoad()
      try await run.database.psql(Self.changes)
      #expect(try await run.pipeline(Self.resources(lack.disposition)).capture().resynced.isEmpty)
      if lack.disposition == .merge { try await run.expectEqual("t") }
      let rows = try await run.query("SELECT count(*)::int FROM t", table: "t")
      switch lack.disposition {
      // A row that an update moves into another partition is inserted there.
      case .insertOnly: #expect(rows == [lack.setup == Self.plain ? "[21]" : "[22]"])
      case .replace: #expect(rows == ["[20]"])
      default:
        let report = try await run.pipeline(Self.resources(lack.disposition)).verify()
        #expect(report.isEqual, "\(report)")
      }
    }
  }

  /// While it was altered, changes were left out for good: the table is loaded again once it is as it should be, also where
  /// nobody looked in between.
  @Test(arguments: [true, false], [true, false])
  func oneThatIsAlteredForAWhileHasItsTablesLoadedAgain(isPartitioned: Bool, isSeen: Bool) async throws {
    try await withEndToEnd { run in
      let name = try run.source().publicationName
      let (worse, better) =
        isPartitioned
        ? ("publish_via_partition_root = false", "publish_via_partition_root = true")
        : ("publish = 'insert'", "publish = 'insert, update, delete, truncate'")
      try await run.database.psql(isPartitioned ? Self.partitioned : Self.plain)
      try await run.pipeline().fullLoad()
      try await run.database.psql("ALTER PUBLICATION \(name) SET (\(worse)); \(Self.changes)")
      if isSeen {
        let error = await #expect(throws: CDCError.self) { try await run.pipeline().capture() }
        #expect(error?.message.contains(better) == true, "\(error as Any)")
      }
      try await run.database.psql("ALTER PUBLICATION \(name) SET (\(better))")
      #expect(try await run.pipeline().capture().resynced.map(\.name) == ["t"])
      try await run.expectEqual("t")
      try await run.database.psql("UPDATE t SET v = 'later' WHERE id > 15")
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await run.expectEqual("t")
    }
  }

  @Test func aRunWithoutEndNoticesToo() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.plain)
      try await run.pipeline().fullLoad()
      var options = PostgresSource.Options()
      options.catalogInterval = .milliseconds(200)
      let source = try PostgresSource(
        connection: run.database.connectionString, pipeline: run.name, options: options)
      let pipeline = Pipeline(name: run.name, source: source, destination: run.destination())
      let capture = Task { try await pipeline.capture(until: .never) }
      try await run.database.psql("INSERT INTO t VALUES (50, 'first')")
      let isRunning = try await eventually(within: .seconds(300)) {
        try await run.query("SELECT count(*)::int FROM t WHERE id = 50", table: "t") == ["[1]"]
      }
      #expect(isRunning)
      try await run.database.psql("ALTER PUBLICATION \(source.publicationName) SET (publish = 'insert')")
      let error = await #expect(throws: CDCError.self) { try await capture.value }
      #expect(error?.code == .configuration && error?.message.contains("update, delete") == true)
    }
  }

  private static func resources(_ disposition: WriteDisposition) -> ResourceList {
    ResourceList([Resource("t", hints: ResourceHints(writeDisposition: disposition))])
  }

  /// What `cdc check` finds fault with in the publication.
  private func failure(_ source: PostgresSource) async throws -> CheckFinding? {
    let found = Mutex<[CheckFinding]>([])
    await source.findings { finding in found.withLock { $0.append(finding) } }
    return found.withLock { $0.first { $0.name == "publication" && $0.outcome == .failed } }
  }
}
