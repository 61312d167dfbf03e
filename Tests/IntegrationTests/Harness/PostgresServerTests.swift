/// The test server itself: what every other test leans on.
import Foundation
import TestSupport
import Testing

@Suite struct PostgresServerTests {
  @Test func givesEachTestADatabaseOfItsOwn() async throws {
    let server = try await PostgresServer.shared()
    try await server.withDatabase { one in
      try await server.withDatabase { two in
        try await one.psql("CREATE TABLE t AS SELECT 1 AS a")
        #expect(try await one.psql("SELECT a, NULL, 'x' FROM t") == "1||x")
        #expect(try await two.psql("SELECT count(*) FROM pg_class WHERE relname = 't'") == "0")
      }
    }
  }

  @Test func reportsWhatPostgresSays() async throws {
    let server = try await PostgresServer.shared()
    try await server.withDatabase { database in
      await #expect(throws: Command.Failure.self) { try await database.psql("SELECT nonsense") }
    }
  }

  @Test func dropsSlotsWithTheirDatabase() async throws {
    let server = try await PostgresServer.shared()
    let name = try await server.withDatabase { database in
      try await database.psql(
        "SELECT 1 FROM pg_create_logical_replication_slot('left_\(database.name)', 'pgoutput')")
      return database.name
    }
    #expect(
      try await server.psql(
        "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'left_\(name)'", database: "postgres")
        == "0\n")
  }

  @Test func startsWithSettingsOfItsOwnAndSurvivesACrash() async throws {
    let server = try await PostgresServer.start(settings: ["wal_level": "replica"])
    #expect(try await server.psql("SHOW wal_level", database: "postgres") == "replica\n")
    try await server.psql("CREATE TABLE t AS SELECT 1 AS a; CHECKPOINT", database: "postgres")
    try await server.crash()
    await #expect(throws: Command.Failure.self) { try await server.psql("SELECT 1", database: "postgres") }
    try await server.start()
    #expect(try await server.psql("SELECT a FROM t", database: "postgres") == "1\n")
  }

  @Test func removesEverythingWhenItsOwnerGoes() async throws {
    var server: PostgresServer? = try await PostgresServer.start()
    let directory = try #require(server?.directory)
    #expect(FileManager.default.fileExists(atPath: directory))
    server = nil
    for _ in 1...200 where FileManager.default.fileExists(atPath: directory) {
      try await Task.sleep(for: .milliseconds(25))
    }
    #expect(!FileManager.default.fileExists(atPath: directory))
  }
}
