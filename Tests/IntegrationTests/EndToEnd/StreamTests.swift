/// A capture that stays connected: idle, slow, stopped gracefully, alone in the WAL.
import CDCCore
import DeltaSink
import Logging
import PGWire
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@Suite struct StreamTests {
  /// Traffic that is not published holds WAL back unless its end is confirmed; what is confirmed was recorded before.
  @Test func advancesTheSlotWhenNothingIsPublished() async throws {
    let server = try await PostgresServer.start(settings: ["wal_sender_timeout": "2s"])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.pipeline().fullLoad()
      let capture = Task {
        try await run.pipeline(limits: BatchLimits(idleBytes: 10_000)).capture(until: .never)
      }
      try await run.database.psql(
        """
        CREATE SCHEMA other;
        CREATE TABLE other.noise AS SELECT i FROM generate_series(1, 10000) i
        """)
      let target = try await run.database.psql("SELECT pg_current_wal_lsn()")
      let confirmed = try await eventually {
        try await run.database.psql(
          "SELECT confirmed_flush_lsn + 100000 >= '\(target)' FROM pg_replication_slots WHERE database = '\(run.database.name)'"
        )
          == "t"
      }
      #expect(confirmed)
      capture.cancel()
      _ = await capture.result
      let checkpoint = try await run.destination().lastCheckpoint(of: run.name)
      let position = try #require(try await run.source().status()?.confirmedPosition)
      #expect(position <= checkpoint?.position ?? .zero)
      try await run.pipeline().capture()
    }
  }

  @Test func keepsTheConnectionWhileTheDestinationIsSlow() async throws {
    let server = try await PostgresServer.start(settings: ["wal_sender_timeout": "1s"])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        "INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i; UPDATE t SET v = 'y' WHERE id % 3 = 0"
      )
      let retries = Atomic(0)
      let slow = SlowDestination(run.destination(), delay: .seconds(3))
      try await run.pipeline(limits: BatchLimits(rows: 15_000), destination: slow) { progress in
        if case .retrying = progress { retries.add(1, ordering: .relaxed) }
      }.capture()
      #expect(retries.load(ordering: .relaxed) == 0)
      try await run.expectEqual("t")
      #expect(try !server.log().contains("replication timeout"))
    }
  }

  /// From the middle of the first full load to the middle of a package.
  @Test(
    arguments: [
      (Place.lake, 0), (.lake, 40), (.lake, 150), (.lake, 400), (.lake, 1500), (.databricks, 400),
      (.databricks, 4000),
    ].filter { Place.allCases.contains($0.0) })
  func stopsGracefullyAtAnyMoment(_ place: Place, milliseconds: Int) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 5000)")
      let pipeline = try run.pipeline(
        limits: BatchLimits(rows: place.isSlow ? 100 : 10, delay: .milliseconds(50)))
      let group = ServiceGroup(services: [pipeline], logger: Logger(label: "test"))
      let service = Task { try await group.run() }
      async let changes = run.database.psql(
        "DO $$ BEGIN FOR i IN 5001..5500 LOOP INSERT INTO t VALUES (i); COMMIT; END LOOP; END $$")
      try await Task.sleep(for: .milliseconds(milliseconds))
      await group.triggerGracefulShutdown()
      try await service.value
      _ = try await changes
      // The next run goes on from what the stop left behind.
      do {
        try await pipeline.capture()
      } catch let error as CDCError where error.code == .noCheckpoint {
        try await pipeline.fullLoad()
      }
      try await run.expectEqual("t")
    }
  }

  @Test func appliesOneLargeTransactionWhole() async throws {
    let server = try await PostgresServer.start(settings: ["logical_decoding_work_mem": "64kB"])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
      try await run.pipeline().fullLoad()
      try await run.database.psql(
        """
        BEGIN;
        INSERT INTO t SELECT i, 'first' FROM generate_series(1, 30000) i;
        SAVEPOINT s; INSERT INTO t SELECT i, 'undone' FROM generate_series(30001, 40000) i; ROLLBACK TO s;
        UPDATE t SET v = 'second' WHERE id % 2 = 0;
        DELETE FROM t WHERE id % 5 = 0;
        COMMIT;
        """)
      try await run.pipeline(limits: BatchLimits(rows: 1000)).capture()
      try await run.expectEqual("t")
    }
  }

  /// The server is done and waits for more log, and most of a streamed transaction is still on the way: the stream has not
  /// come to its end.
  @Test func waitsForATransactionThatArrivesSlowly() async throws {
    let server = try await PostgresServer.start(settings: ["logical_decoding_work_mem": "64kB"])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
      try await run.pipeline().fullLoad()
      try await run.database.psql("INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 4000) i")
      let proxy = try await SlowProxy(to: server, bytesPerSecond: 150_000)
      let source = try PostgresSource(
        connection: proxy.connectionString(database: run.database.name), pipeline: run.name)
      try await Pipeline(name: run.name, source: source, destination: run.destination()).capture()
      try await run.expectEqual("t")
    }
  }

  /// Two transactions that are streamed side by side, one of which is rolled back.
  @Test func keepsStreamedTransactionsApart() async throws {
    let server = try await PostgresServer.start(settings: ["logical_decoding_work_mem": "64kB"])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
      try await run.pipeline().fullLoad()
      async let one = run.database.psql(
        "BEGIN; INSERT INTO t SELECT i, 'one' FROM generate_series(1, 5000) i; SELECT pg_sleep(0.5); "
          + "INSERT INTO t SELECT i, 'one' FROM generate_series(5001, 10000) i; COMMIT")
      async let two = run.database.psql(
        "BEGIN; INSERT INTO t SELECT i, 'two' FROM generate_series(100001, 105000) i; SELECT pg_sleep(0.4); ROLLBACK"
      )
      async let three = run.database.psql(
        "BEGIN; INSERT INTO t SELECT i, 'three' FROM generate_series(200001, 205000) i; SELECT pg_sleep(0.2); "
          + "UPDATE t SET v = 'three!' WHERE id > 200000; COMMIT")
      _ = try await (one, two, three)
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }
}

/// A destination that takes its time with every commit.
struct SlowDestination: Destination {
  private let destination: any Destination
  private let delay: Duration

  init(_ destination: any Destination, delay: Duration) {
    self.destination = destination
    self.delay = delay
  }

  func open(pipeline: String) async throws -> Checkpoint? { try await destination.open(pipeline: pipeline) }

  func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad {
    try await destination.beginLoad(
      table, disposition: disposition, carrying: carried, pipeline: pipeline, position: position)
  }

  func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter {
    SlowWriter(writer: try await destination.beginPackage(package), delay: delay)
  }

  func record(_ checkpoint: Checkpoint) async throws { try await destination.record(checkpoint) }

  private struct SlowWriter: PackageWriter {
    let writer: any PackageWriter
    let delay: Duration

    func write(_ changes: ChangeBatch, disposition: WriteDisposition) async throws {
      try await writer.write(changes, disposition: disposition)
    }

    func truncate(
      _ table: TableSchema, disposition: WriteDisposition, transaction: TransactionRun
    ) async throws {
      try await writer.truncate(table, disposition: disposition, transaction: transaction)
    }

    func commit(_ checkpoint: Checkpoint) async throws {
      try await Task.sleep(for: delay)
      try await writer.commit(checkpoint)
    }

    func abandon() async { await writer.abandon() }
  }
}
