import PGWire
import TestSupport
import Testing

@Suite struct CancellationTests {
  @Test func aQueryOfASilentServerIsCancelledAndTheConnectionStaysUsable() async throws {
    let connection = try await PostgresConnection.connect(PostgresServer.shared().connectionString())
    let query = Task { try await connection.query("SELECT pg_sleep(600)") }
    try await Task.sleep(for: .milliseconds(200))
    let elapsed = await ContinuousClock().measure {
      query.cancel()
      await #expect(throws: CancellationError.self) { try await query.value }
    }
    #expect(elapsed < .seconds(60))
    #expect(try await connection.query("SELECT 1").scalar == "1")
    await connection.close()
  }

  @Test func waitingForManyServersHoldsUpNoOtherTask() async throws {
    let conninfo = try await PostgresServer.shared().connectionString()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let connection = try await PostgresConnection.connect(conninfo)
          try await connection.query("SELECT pg_sleep(600)")
        }
      }
      try await Task.sleep(for: .milliseconds(500))
      let elapsed = try await ContinuousClock().measure { try await Task.sleep(for: .milliseconds(100)) }
      #expect(elapsed < .seconds(60))
      group.cancelAll()
      while let result = await group.nextResult() {
        #expect(throws: CancellationError.self) { try result.get() }
      }
    }
  }

  @Test func aCancelledQueryIsStoppedOnTheServer() async throws {
    let server = try await PostgresServer.shared()
    let connection = try await PostgresConnection.connect(server.connectionString())
    let pid = await connection.backendPID
    let query = Task { try await connection.query("SELECT pg_sleep(60)") }
    try await Task.sleep(for: .milliseconds(200))
    query.cancel()
    _ = await query.result
    let state = try await server.psql(
      "SELECT state FROM pg_stat_activity WHERE pid = \(pid)", database: "postgres")
    #expect(state == "idle\n")
    await connection.close()
  }

  @Test func connectingToASilentAddressEndsInTime() async throws {
    // A listener that never answers: what it accepts stays open.
    let listener = try SilentListener()
    let start = ContinuousClock.now
    let error = await #expect(throws: PostgresError.self) {
      try await PostgresConnection.connect("host=127.0.0.1 port=\(listener.port) connect_timeout=2")
    }
    #expect(error?.code == .timeout)
    #expect(error?.isRetryable == true)
    #expect(ContinuousClock.now - start < .seconds(20), "the default of 30 s, not the 2 s asked for")
  }

  @Test func connectingIsCancelledBeforeItsTimeIsUp() async throws {
    let listener = try SilentListener()
    let connecting = Task {
      try await PostgresConnection.connect("host=127.0.0.1 port=\(listener.port)")
    }
    try await Task.sleep(for: .milliseconds(200))
    let elapsed = await ContinuousClock().measure {
      connecting.cancel()
      await #expect(throws: CancellationError.self) { _ = try await connecting.value }
    }
    // By itself it would wait for 30 s.
    #expect(elapsed < .seconds(20))
  }
}
