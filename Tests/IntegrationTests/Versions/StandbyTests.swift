/// A standby as the source. Its log can be decoded from PostgreSQL 16 on; it takes no writes, so what the pipeline needs is made
/// at the primary.
import CDCCore
import DeltaSink
import PGWire
import Synchronization
import TestSupport
import Testing

@Suite struct StandbyTests {
  @Test func isCopiedWhereItCanBeDecoded() async throws {
    let primary = try await PostgresServer.start()
    let standby = try await PostgresServer.start(
      settings: ["hot_standby_feedback": "on"], standbyOf: primary)
    try await withEndToEnd(server: primary) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'v' FROM generate_series(1, 1000) i;
        CREATE TABLE keyless (v int); INSERT INTO keyless VALUES (1)
        """)
      try await replay(from: primary, at: standby)
      let source = try PostgresSource(
        connection: standby.connectionString(database: run.database.name), pipeline: run.name)
      let pipeline = Pipeline(name: run.name, source: source, destination: run.destination())
      guard try await primary.major >= 16 else {
        #expect(await failures(source).first?.advice?.contains("primary") == true)
        let error = await #expect(throws: CDCError.self) { try await pipeline.fullLoad() }
        #expect(error?.message.contains("Name the primary") == true)
        return
      }
      let refused = await #expect(throws: CDCError.self) { try await pipeline.fullLoad() }
      #expect(refused?.message.contains("takes no changes") == true, "\(refused?.message ?? "")")
      let missing = await failures(source)
      #expect(missing.map(\.name) == ["publication"])
      try await run.database.psql(missing.flatMap(\.statements).joined(separator: "\n"))
      try await replay(from: primary, at: standby)
      #expect(await failures(source).isEmpty)

      try await loggingWhatRuns(at: primary) { try await pipeline.fullLoad() }
      try await run.database.psql(
        """
        UPDATE t SET v = 'w' WHERE id % 3 = 0; DELETE FROM t WHERE id % 7 = 0; UPDATE t SET id = -id WHERE id < 10;
        INSERT INTO keyless VALUES (2)
        """)
      try await replay(from: primary, at: standby)
      try await pipeline.capture()
      try await run.expectEqual("t")
      let rows = try await run.query("SELECT v::int FROM t ORDER BY 1", table: "keyless")
      #expect(rows == ["[1]", "[2]"])
      // Beside a run too, by a temporary slot.
      try await loggingWhatRuns(at: primary) { try await pipeline.reload() }
      #expect(try await source.status()?.isLost == false)
    }
  }

  private func failures(_ source: PostgresSource) async -> [CheckFinding] {
    let found = Mutex<[CheckFinding]>([])
    await source.findings { finding in found.withLock { $0.append(finding) } }
    return found.withLock { $0.filter { $0.outcome == .failed } }
  }

  /// A slot at a standby begins where its primary has logged which transactions are running: by itself it does so every 15 s at
  /// most, and while it is written to.
  private func loggingWhatRuns(at primary: PostgresServer, _ body: () async throws -> Void) async throws {
    let reminder = Task {
      while !Task.isCancelled {
        try await primary.psql("SELECT pg_log_standby_snapshot()", database: "postgres")
        try await Task.sleep(for: .milliseconds(200))
      }
    }
    defer { reminder.cancel() }
    try await body()
  }

  private func replay(from primary: PostgresServer, at standby: PostgresServer) async throws {
    let position = try await primary.psql("SELECT pg_current_wal_flush_lsn()", database: "postgres")
      .dropLast()
    #expect(
      try await eventually {
        try await standby.psql("SELECT pg_last_wal_replay_lsn() >= '\(position)'", database: "postgres")
          == "t\n"
      })
  }
}
