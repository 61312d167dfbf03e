import PGWire
import TestSupport
import Testing

@Suite struct CopyTests {
  @Test func rowsCopiedInComeOutAgain() async throws {
    try await PostgresServer.shared().withDatabase { database in
      let connection = try await PostgresConnection.connect(database.connectionString)
      try await connection.execute("CREATE TABLE t (id int, name text)")
      // Chunks that end in the middle of rows.
      let text = (1...10_000).map { "\($0)\tname \($0)\n" }.joined()
      let bytes = Array(text.utf8)
      let chunks = stride(from: 0, to: bytes.count, by: 977).map {
        Array(bytes[$0..<min($0 + 977, bytes.count)])
      }
      #expect(try await connection.copyIn("COPY t FROM STDIN", chunks) == "COPY 10000")
      var lines: [String] = []
      try await connection.copyOut("COPY (SELECT * FROM t ORDER BY id) TO STDOUT", into: &lines) {
        lines, message in
        lines.append(try message.text(0..<message.byteCount))
      }
      #expect(lines.joined() == text)
      #expect(try await database.psql("SELECT count(*), sum(id) FROM t") == "10000|50005000")
      await connection.close()
    }
  }

  @Test func aCopyThatPausesGoesOnWhereItStopped() async throws {
    let connection = try await PostgresConnection.connect(PostgresServer.shared().connectionString())
    try await connection.startCopyOut("COPY (SELECT generate_series(1, 1000)) TO STDOUT")
    var handler = PausingHandler()
    var pauses = 0
    while try await connection.nextRows(into: &handler) { pauses += 1 }
    #expect(handler.count == 1000)
    #expect(pauses == 100)
    #expect(try await connection.query("SELECT 1").scalar == "1")
    await connection.close()
  }

  @Test func aHandlerThatThrowsEndsTheCopyAndTheConnectionStaysUsable() async throws {
    struct Stop: Error {}
    let connection = try await PostgresConnection.connect(PostgresServer.shared().connectionString())
    var count = 0
    await #expect(throws: Stop.self) {
      try await connection.copyOut("COPY (SELECT generate_series(1, 10000000)) TO STDOUT", into: &count) {
        count, _ in
        count += 1
        if count == 10 { throw Stop() }
      }
    }
    #expect(try await connection.query("SELECT 1").scalar == "1")
    await connection.close()
  }

  @Test func anErrorInTheMiddleOfACopyIsTheServers() async throws {
    let connection = try await PostgresConnection.connect(PostgresServer.shared().connectionString())
    var count = 0
    let error = await #expect(throws: PostgresError.self) {
      try await connection.copyOut(
        "COPY (SELECT 1 / (5 - i) FROM generate_series(1, 9) i) TO STDOUT", into: &count
      ) {
        count, _ in count += 1
      }
    }
    #expect(error?.sqlState == "22012")
    #expect(try await connection.query("SELECT 1").scalar == "1")
    await connection.close()
  }

  @Test func aBusyConnectionRefusesASecondCommand() async throws {
    let connection = try await PostgresConnection.connect(PostgresServer.shared().connectionString())
    try await connection.startCopyOut("COPY (SELECT generate_series(1, 1000)) TO STDOUT")
    let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
    #expect(error?.code == .connectionBusy)
    await connection.close()
  }

  @Test func copyInWithABadRowChangesNothing() async throws {
    try await PostgresServer.shared().withDatabase { database in
      let connection = try await PostgresConnection.connect(database.connectionString)
      try await connection.execute("CREATE TABLE t (id int)")
      let error = await #expect(throws: PostgresError.self) {
        try await connection.copyIn("COPY t FROM STDIN", [Array("1\n2\nthree\n".utf8)])
      }
      #expect(error?.sqlState == "22P02")
      #expect(try await connection.query("SELECT count(*) FROM t").scalar == "0")
      await connection.close()
    }
  }
}

private struct PausingHandler: CopyOutHandler {
  var count = 0

  mutating func receive(_ message: RawSpan) throws -> CopySignal {
    count += 1
    return count % 10 == 0 ? .pause : .next
  }
}
