import CDCCore
import TestSupport
import Testing

@testable import PGWire

/// Names of slots are one for the whole server: the slot of that name may be another database's, or another program's.
@Suite("Slots of others")
struct ForeignSlotTests {
  @Test("A slot of another database is neither dropped nor read")
  func otherDatabase() async throws {
    let server = try await PostgresServer.shared()
    try await server.withDatabase { one in
      try await server.withDatabase { other in
        for database in [one, other] { try await database.psql("CREATE TABLE t (id int PRIMARY KEY)") }
        let pipeline = "both_\(one.name)"
        let first = try PostgresSource(connection: one.connectionString, pipeline: pipeline)
        let second = try PostgresSource(connection: other.connectionString, pipeline: pipeline)
        let position = try await first.load(into: Replica(), restart: true)
        for restart in [true, false] {
          try await refused(naming: one.name) { _ = try await second.snapshot(restart: restart) }
        }
        try await refused(naming: one.name) {
          try await second.changes(from: position, limits: BatchLimits(), until: .drained) { _ in }
        }
        try await second.cleanUp()
        try await one.psql("INSERT INTO t VALUES (1)")
        let replica = Replica()
        try await first.drain(into: replica, from: position)
        #expect(replica.table("t").count == 1)
      }
    }
  }

  @Test(
    "A slot of another program is neither dropped nor read",
    arguments: [
      "SELECT pg_create_logical_replication_slot('NAME', 'test_decoding')",
      "SELECT pg_create_physical_replication_slot('NAME')",
    ])
  func otherPlugin(sql: String) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let source = try PostgresSource(
        connection: database.connectionString, pipeline: "theirs_\(database.name)")
      try await database.psql(sql.replacing("NAME", with: source.slotName))
      for restart in [true, false] {
        try await refused(naming: "another program") { _ = try await source.snapshot(restart: restart) }
      }
      try await source.cleanUp()
      #expect(
        try await database.psql("SELECT pg_drop_replication_slot('\(source.slotName)'), 1") == "|1")
    }
  }

  private func refused(naming words: String, _ body: () async throws -> Void) async throws {
    let error = await #expect(throws: CDCError.self) { try await body() }
    #expect(error?.code == .configuration)
    #expect(error?.message.contains(words) == true)
    #expect(error?.message.contains("another name") == true)
  }
}
