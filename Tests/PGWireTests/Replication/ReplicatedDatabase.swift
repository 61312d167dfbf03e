import PGWire
import TestSupport
import Testing

/// A database with a table, a publication and a slot, and a stream from it: what most tests here need.
struct ReplicatedDatabase {
  let database: TestDatabase
  let connection: PostgresConnection
  var slot: String { "slot_" + database.name }

  /// - Parameter setup: SQL before the slot is created; the publication `pub` covers all tables of `public`.
  static func with(
    server: PostgresServer? = nil, setup: String = "CREATE TABLE t (id int PRIMARY KEY, name text)",
    twoPhase: Bool = false, _ body: (ReplicatedDatabase) async throws -> Void
  ) async throws {
    let server = if let server { server } else { try await PostgresServer.shared() }
    try await server.withDatabase { database in
      try await database.psql(setup + "; CREATE PUBLICATION pub FOR TABLES IN SCHEMA public")
      let settings = try ConnectionSettings(database.connectionString)
      let connection = try await PostgresConnection.connectForReplication(settings)
      let replicated = ReplicatedDatabase(database: database, connection: connection)
      _ = try await connection.createLogicalSlot(
        replicated.slot, exportsSnapshot: false, twoPhase: twoPhase)
      try await body(replicated)
      await connection.close()
    }
  }

  var settings: ConnectionSettings { connection.settings }
  var options: ReplicationOptions { ReplicationOptions(slot: slot, publications: ["pub"]) }

  func confirmedFlush() async throws -> LogSequenceNumber {
    let text = try await database.psql(
      "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '\(slot)'")
    return LogSequenceNumber(text) ?? .zero
  }

  func walPosition() async throws -> LogSequenceNumber {
    LogSequenceNumber(try await database.psql("SELECT pg_current_wal_lsn()")) ?? .zero
  }

  /// All that the slot holds up to now.
  func drain(
    _ options: ReplicationOptions? = nil, handler: RecordingHandler = RecordingHandler()
  ) async throws -> RecordingHandler {
    let end = try await walPosition()
    return try await ReplicationStream.with(settings, options ?? self.options) { stream in
      var handler = handler
      handler.until = end
      while !handler.hasReachedEnd {
        let pause = try await stream.receive(into: &handler)
        try #require(pause == .paused)
      }
      return handler
    }
  }
}

/// Asks until the answer is yes, for at most ten seconds.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
  for _ in 0..<200 {
    if try await condition() { return true }
    try await Task.sleep(for: .milliseconds(50))
  }
  return false
}
