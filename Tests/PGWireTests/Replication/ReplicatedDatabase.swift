import PGWire
import TestSupport
import Testing

/// A database with a table, a publication and a slot, and a stream from it: what most tests here need.
struct ReplicatedDatabase {
  let database: TestDatabase
  let connection: PostgresConnection
  var slot: String { "slot_" + database.name }

  /// - Parameters:
  ///   - setup: SQL before the slot is created; the publication `pub` covers all tables of `public`.
  ///   - twoPhase: prepared transactions come at PREPARE, which no pipeline's slot asks for.
  static func with(
    server: PostgresServer? = nil, setup: String = "CREATE TABLE t (id int PRIMARY KEY, name text)",
    twoPhase: Bool = false, _ body: (ReplicatedDatabase) async throws -> Void
  ) async throws {
    let server = if let server { server } else { try await PostgresServer.shared() }
    try await server.withDatabase { database in
      // PostgreSQL 14 publishes no schemas, but the tables that are there.
      try await database.psql(
        setup + """
          ;
          SELECT 'CREATE PUBLICATION pub FOR ' || CASE WHEN current_setting('server_version_num')::int >= 150000
            THEN 'TABLES IN SCHEMA public' ELSE 'TABLE ' || string_agg(format('%I', tablename), ', ') END
          FROM pg_tables WHERE schemaname = 'public'
          \\gexec
          """)
      let settings = try ConnectionSettings(database.connectionString)
      let connection = try await PostgresConnection.connectForReplication(settings)
      let replicated = ReplicatedDatabase(database: database, connection: connection)
      try await database.psql(
        "SELECT pg_create_logical_replication_slot('\(replicated.slot)', 'pgoutput', twophase => \(twoPhase))"
      )
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
