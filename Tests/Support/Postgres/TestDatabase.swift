/// One database of a test server, and SQL for it through the `psql` program, which shares no code with PGWire.
import Foundation
import Synchronization

public struct TestDatabase: Sendable {
  public let server: PostgresServer
  public let name: String

  public var connectionString: String { server.connectionString(database: name) }
  public var socketConnectionString: String { server.socketConnectionString(database: name) }

  /// Runs SQL and returns what psql prints: rows a line, columns separated by `|`, no header, no last newline.
  /// Each statement is a transaction of its own unless the SQL says otherwise; the first error throws.
  @discardableResult
  public func psql(_ sql: String) async throws -> String {
    let text = try await server.psql(sql, database: name)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// Drops the database with its slots and sessions.
  public func drop() async throws {
    try await server.psql(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)';
      DO $$ BEGIN
        FOR i IN 1..100 LOOP
          EXIT WHEN NOT EXISTS (SELECT FROM pg_replication_slots WHERE database = '\(name)' AND active);
          PERFORM pg_sleep(0.05);
        END LOOP;
      END $$;
      SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '\(name)';
      DROP DATABASE "\(name)" WITH (FORCE);
      """, database: "postgres")
  }
}

private let databaseCount = Atomic(0)

extension PostgresServer {
  /// A new, empty database.
  ///
  /// - Parameter encoding: in place of UTF8.
  public func createDatabase(encoding: String? = nil) async throws -> TestDatabase {
    let number = databaseCount.add(1, ordering: .relaxed).newValue
    let database = TestDatabase(server: self, name: "test_\(number)")
    let option = encoding.map { " ENCODING '\($0)'" } ?? ""
    try await psql(
      "CREATE DATABASE \"\(database.name)\" TEMPLATE template0\(option)", database: "postgres")
    return database
  }

  /// Runs `body` with a new database, and drops it with its slots afterwards.
  @discardableResult
  public func withDatabase<Result>(
    encoding: String? = nil, _ body: (TestDatabase) async throws -> Result
  ) async throws -> Result {
    let database = try await createDatabase(encoding: encoding)
    do {
      let result = try await body(database)
      try await database.drop()
      return result
    } catch {
      try? await database.drop()
      throw error
    }
  }

  /// PostgreSQL's major version.
  public var major: Int {
    get async throws {
      let number = try await psql("SELECT current_setting('server_version_num')", database: "postgres")
      return (Int(number.split(separator: "\n").first ?? "") ?? 0) / 10_000
    }
  }

  /// As `TestDatabase.psql`, for any database of the server.
  @discardableResult
  public func psql(_ sql: String, database: String) async throws -> String {
    try await Command(
      binaries + "/psql",
      ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", socketConnectionString(database: database)],
      environment: [
        "PGAPPNAME": "cdc-test", "PGOPTIONS": "-c client_min_messages=warning", "PGCLIENTENCODING": "UTF8",
      ],
      input: sql
    ).output()
  }
}
