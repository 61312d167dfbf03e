import PGWire
import TestSupport
import Testing

@Suite struct SlotTests {
  @Test func anExportedSnapshotShowsExactlyWhatWasCommittedBeforeTheSlot() async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
      let settings = try ConnectionSettings(database.connectionString)
      let exporter = try await PostgresConnection.connectForReplication(settings)
      let slot = try await exporter.createLogicalSlot("temporary_\(database.name)", temporary: true)
      try await database.psql("INSERT INTO t VALUES (2)")
      let reader = try await PostgresConnection.connect(settings)
      let snapshot = try #require(slot.snapshot)
      try await reader.execute(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT \(SQLQuoting.literal(snapshot))"
      )
      #expect(try await reader.query("SELECT id FROM t").rows == [["1"]])
      #expect(slot.consistentPoint > .zero)
      await reader.close()
      await exporter.close()
      #expect(
        try await eventually {
          try await database.psql(
            "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'temporary_\(database.name)'") == "0"
        })
    }
  }

  @Test func aSlotIsInspectedAndDropped() async throws {
    try await ReplicatedDatabase.with { source in
      let connection = source.connection
      let slot = try #require(try await connection.replicationSlot(source.slot))
      #expect(slot.plugin == "pgoutput")
      #expect(slot.database == source.database.name)
      #expect(!slot.isActive && !slot.isTemporary && !slot.isLost)
      #expect(slot.walStatus == "reserved")
      #expect(slot.confirmedFlush.map { $0 > .zero } == true)
      #expect(try await connection.dropReplicationSlot(source.slot))
      #expect(try await connection.replicationSlot(source.slot) == nil)
      #expect(try await connection.dropReplicationSlot(source.slot) == false)
    }
  }

  @Test(arguments: ["Upper", "", "has space", "semi;colon", String(repeating: "a", count: 64)])
  func aNameThatNoSlotCanHaveIsRefused(name: String) async throws {
    let connection = try await PostgresConnection.connectForReplication(
      ConnectionSettings(PostgresServer.shared().connectionString()))
    let error = await #expect(throws: PostgresError.self) { try await connection.createLogicalSlot(name) }
    #expect(error?.code == .unsupported)
    await connection.close()
  }

  @Test func aServerWithoutLogicalWALSaysWhatToDo() async throws {
    let server = try await PostgresServer.start(settings: ["wal_level": "replica"])
    let connection = try await PostgresConnection.connectForReplication(
      ConnectionSettings(server.connectionString()))
    let error = try #require(
      await #expect(throws: PostgresError.self) { try await connection.createLogicalSlot("s") })
    #expect(error.sqlState == "55000")
    #expect(!error.isRetryable)
    #expect(error.advice?.contains("wal_level") == true)
    await connection.close()
  }
}
