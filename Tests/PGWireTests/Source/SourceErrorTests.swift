import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Errors of the source")
struct SourceErrorTests {
  private func error(_ body: () async throws -> Void) async -> CDCError? {
    await #expect(throws: CDCError.self) { try await body() }
  }

  @Test("Each obstacle has a paragraph that says what to do")
  func obstacles() async throws {
    try await PostgresServer.shared().withDatabase { database in
      let connection = database.connectionString
      let nothing = try PostgresSource(connection: connection, pipeline: "obstacles")
      #expect(await self.error { _ = try await nothing.snapshot(restart: true) }?.code == .configuration)
      try await database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, f float8); CREATE VIEW v AS SELECT 1 AS one")
      // No slot yet: there is nothing to go on from.
      #expect(await self.error { _ = try await nothing.snapshot(restart: false) }?.code == .positionLost)
      #expect(
        await self.error {
          try await nothing.changes(from: .zero, limits: BatchLimits(), until: .never) { _ in }
        }?.code == .positionLost)
      for pattern in ["missing", "v"] {
        let source = try PostgresSource(
          connection: connection, pipeline: "obstacles", resources: ResourceList([Resource(pattern)]))
        #expect(await self.error { _ = try await source.check() }?.code == .configuration)
      }
      let hints = ResourceHints(columns: ["f": ColumnHint(type: .int)])
      let hinted = try PostgresSource(
        connection: connection, pipeline: "obstacles", resources: ResourceList([Resource("t", hints: hints)]))
      #expect(await self.error { _ = try await hinted.check() }?.column == "f")
      #expect(throws: CDCError.self) { try PostgresSource(connection: connection, pipeline: "---") }
    }
  }

  @Test("A slot that is being read refuses a second reader")
  func slotInUse() async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let source = try PostgresSource(
        connection: database.connectionString, pipeline: "inuse_\(database.name)")
      let position = try await source.load(into: Replica(), restart: true)
      let reader = Task {
        try await source.changes(from: position, limits: BatchLimits(), until: .never) { _ in }
      }
      let start = ContinuousClock.now
      while try await source.status()?.isActive != true, .now - start < .seconds(20) {
        try await Task.sleep(for: .milliseconds(20))
      }
      let second = try PostgresSource(
        connection: database.connectionString, pipeline: "inuse_\(database.name)")
      let error = await self.error {
        try await second.changes(from: position, limits: BatchLimits(), until: .never) { _ in }
      }
      #expect(error?.message.contains("in use") == true)
      #expect(error?.isRetryable == true)
      reader.cancel()
      _ = await reader.result
    }
  }

  @Test("A server without wal_level logical is refused before anything is created")
  func walLevel() async throws {
    let server = try await PostgresServer.start(settings: ["wal_level": "replica"])
    let source = try PostgresSource(connection: server.connectionString(), pipeline: "walevel")
    let error = await self.error { _ = try await source.snapshot(restart: true) }
    #expect(error?.message.contains("ALTER SYSTEM SET wal_level") == true)
  }

  @Test("Cleaning up leaves nothing in the source")
  func cleanUp() async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE nk (v text)")
      let source = try PostgresSource(
        connection: database.connectionString, pipeline: "cleanup_\(database.name)")
      _ = try await source.load(into: Replica(), restart: true)
      #expect(try await database.psql("SELECT count(*) FROM pg_publication") == "2")
      #expect(try await source.status() != nil)
      try await source.cleanUp()
      #expect(try await source.status() == nil)
      #expect(try await database.psql("SELECT count(*) FROM pg_publication") == "0")
    }
  }
}
