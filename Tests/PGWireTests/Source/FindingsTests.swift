import CDCCore
import Synchronization
import TestSupport
import Testing

@testable import PGWire

/// What `cdc check` finds at a source; each obstacle is real, and what is advised against it is carried out.
@Suite("Findings at the source")
struct FindingsTests {
  private func findings(
    _ connection: String, _ pipeline: String, resources: ResourceList = ResourceList()
  ) async throws -> [CheckFinding] {
    let source = try PostgresSource(connection: connection, pipeline: pipeline, resources: resources)
    let found = Mutex<[CheckFinding]>([])
    await source.findings { finding in found.withLock { $0.append(finding) } }
    return found.withLock(\.self)
  }

  @Test("a source in order has no failure, and nothing is created")
  func inOrder() async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE nokey (v text)")
      let found = try await findings(database.connectionString, "findings_\(database.name)")
      #expect(found.allSatisfy { $0.outcome != .failed }, "\(found)")
      #expect(found.first { $0.name == "tables" }?.detail == "2 found: 1 merged by key, 1 appended")
      let remark = try #require(found.first { $0.name == "table public.nokey" })
      #expect(remark.outcome == .remark && remark.statements.count == 1)
      #expect(try await database.psql("SELECT count(*) FROM pg_publication") == "0")

      // With whole rows in the log it is captured, but there is still nothing to merge by.
      try await database.psql(remark.statements[0])
      let second = try await findings(database.connectionString, "findings_\(database.name)")
      let still = try #require(second.first { $0.name == "table public.nokey" })
      #expect(still.outcome == .remark && still.statements.isEmpty)
    }
  }

  @Test("partitions that the log says nothing of are named")
  func partitionsElsewhere() async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(
        """
        CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
        CREATE TABLE t (id int, v text) PARTITION BY RANGE (id); CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
        CREATE FOREIGN TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20) SERVER nowhere;
        ALTER TABLE t_1 REPLICA IDENTITY FULL
        """)
      let found = try await findings(database.connectionString, "findings_\(database.name)")
      #expect(found.contains { $0.outcome == .remark && $0.detail.contains("t_2") }, "\(found)")
    }
  }

  @Test("a poor role is told every statement that it lacks, and with them all is in order")
  func poorRole() async throws {
    try await PostgresServer.shared().withDatabase { database in
      let role = "poor_\(database.name)"
      try await database.psql(
        """
        CREATE ROLE \(role) LOGIN;
        CREATE SCHEMA sales;
        CREATE TABLE sales.invoice (id int PRIMARY KEY);
        CREATE TABLE sales.line (id int PRIMARY KEY);
        CREATE TABLE sales.log (v text);
        ALTER TABLE sales.line ENABLE ROW LEVEL SECURITY;
        """)
      let connection = "postgresql://\(role)@127.0.0.1:\(database.server.port)/\(database.name)"
      let resources = ResourceList([Resource("sales.*")])
      let found = try await findings(connection, "findings_\(database.name)", resources: resources)
      let failed = found.filter { $0.outcome == .failed }
      #expect(
        Set(failed.map(\.name)) == ["replication", "select", "row security", "publication"], "\(failed)")
      #expect(failed.allSatisfy { !$0.statements.isEmpty && $0.advice != nil })

      try await database.psql(failed.flatMap(\.statements).joined(separator: "\n"))
      let mended = try await findings(connection, "findings_\(database.name)", resources: resources)
      #expect(mended.allSatisfy { $0.outcome != .failed }, "\(mended)")
      // And a load then works as the check has promised.
      let source = try PostgresSource(
        connection: connection, pipeline: "findings_\(database.name)", resources: resources)
      _ = try await source.load(into: Replica(), restart: true)
      try await source.cleanUpSlot()
      try await database.psql("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)")
    }
  }

  @Test("a server without wal_level logical and without a free slot is told so")
  func poorServer() async throws {
    let server = try await PostgresServer.start(settings: [
      "wal_level": "replica", "max_replication_slots": "1",
    ])
    try await server.psql(
      "SELECT pg_create_physical_replication_slot('other'); CREATE TABLE t (id int PRIMARY KEY)",
      database: "postgres")
    let found = try await findings(server.connectionString(), "findings")
    #expect(found.first { $0.name == "wal_level" }?.statements == ["ALTER SYSTEM SET wal_level = logical;"])
    let slots = try #require(found.first { $0.name == "slots" })
    #expect(slots.outcome == .failed && slots.detail.contains("1 of 1"))
  }

  @Test("a server that is not there is one finding, without the password")
  func noServer() async throws {
    let found = try await findings("postgresql://u:verysecret@127.0.0.1:1/none", "findings")
    #expect(found.count == 1 && found.first?.outcome == .failed)
    #expect(!"\(found)".contains("verysecret"))
  }

  @Test("tables that do not fit are named")
  func noTables() async throws {
    try await PostgresServer.shared().withDatabase { database in
      let found = try await findings(database.connectionString, "findings_\(database.name)")
      #expect(found.first { $0.name == "tables" }?.detail.contains("public.*") == true)
    }
  }
}

extension PostgresSource {
  /// The slot only: the publications belong to somebody else.
  fileprivate func cleanUpSlot() async throws {
    try await withConnection { try await self.dropSlot(on: $0) }
  }
}
