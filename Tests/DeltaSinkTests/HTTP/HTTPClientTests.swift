/// One request and its answer, over a real socket.
import CDCCore
import Testing
import TestSupport

@testable import DeltaSink

@Suite(.timeLimit(.minutes(2))) struct HTTPClientTests {
  private let client = HTTPClient(connections: 4, retries: .never)

  private func get(_ url: String, repeats: HTTPRequest.Repeats = .always) -> HTTPRequest {
    HTTPRequest("GET", url, repeats: repeats)
  }

  @Test func aRequestGoesOutAsItWasMadeAndItsAnswerComesBack() async throws {
    let server = try ScriptedServer { _, wire in wire.answer(201, "yes", headers: ["X-Thing": "a: b"]) }
    let response = try await client.send(
      HTTPRequest(
        "POST", server.url + "/a%20b?c=d", headers: [("X-One", "1")], authorization: "Bearer t",
        body: .bytes(Array("body".utf8)), repeats: .never))
    #expect(response.status == 201)
    #expect(response.isSuccess)
    #expect(response.body == Array("yes".utf8))
    #expect(response[header: "x-thing"] == "a: b")
    let request = try #require(server.requests.first)
    #expect(request.method == "POST")
    #expect(request.target == "/a%20b?c=d")
    #expect(request.headers["x-one"] == "1")
    #expect(request.headers["authorization"] == "Bearer t")
    #expect(request.headers["expect"] == nil)
    #expect(request.body == Array("body".utf8))
  }

  @Test(arguments: ["GET", "HEAD", "PUT", "POST", "DELETE"]) func methodsWithoutABodyWork(_ method: String)
    async throws
  {
    let server = try ScriptedServer { _, wire in wire.answer(204) }
    let response = try await client.send(HTTPRequest(method, server.url, repeats: .always))
    #expect(response.status == 204)
    #expect(server.requests.map(\.method) == [method])
  }

  @Test func aChunkedAnswerIsPutTogether() async throws {
    let server = try ScriptedServer { _, wire in
      wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
      wire.pause(0.05)
      wire.send("6\r\n world\r\n0\r\n\r\n")
    }
    #expect(try await client.send(get(server.url)).body == Array("hello world".utf8))
  }

  @Test func interimAnswersAreNotTheAnswer() async throws {
    let server = try ScriptedServer { _, wire in
      wire.send("HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n")
      wire.answer(200, "real")
    }
    let response = try await client.send(HTTPRequest("PUT", server.url, body: .bytes([1]), repeats: .always))
    #expect(response.status == 200)
    #expect(response[header: "X-Interim"] == nil)
  }

  @Test func aConnectionIsUsedAgain() async throws {
    let server = try ScriptedServer { _, wire in wire.answer() }
    var opened: [Int] = []
    for _ in 0..<5 { opened.append(try await client.send(get(server.url)).newConnections) }
    #expect(opened == [1, 0, 0, 0, 0])
    #expect(server.connectionCount == 1)
  }

  @Test func connectionsEndWithTheirClient() async throws {
    let server = try ScriptedServer { _, wire in wire.answer() }
    do {
      let client = HTTPClient(connections: 4, retries: .never)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask { _ = try await client.send(HTTPRequest("GET", server.url, repeats: .never)) }
        }
        try await group.waitForAll()
      }
    }
    for _ in 0..<400 where server.endedCount < server.connectionCount {
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(server.connectionCount > 0)
    #expect(server.endedCount == server.connectionCount)
  }

  @Test func noMoreConnectionsAreOpenThanAllowed() async throws {
    let server = try ScriptedServer { _, wire in
      wire.pause(0.02)
      wire.answer()
    }
    let client = HTTPClient(connections: 3, retries: .never)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<24 {
        group.addTask { _ = try await client.send(HTTPRequest("GET", server.url, repeats: .always)) }
      }
      try await group.waitForAll()
    }
    #expect(server.requests.count == 24)
    #expect(server.connectionCount <= 3)
  }

  @Test func largeBodiesArriveWholeFromMemoryAndFromAFile() async throws {
    let server = try ScriptedServer { _, wire in wire.answer() }
    var bytes = (0..<1001).map { UInt8(truncatingIfNeeded: $0 &* 167) }
    while bytes.count < 9_000_000 { bytes += bytes }
    let expected = bytes
    try await withTemporaryDirectory { directory in
      let path = directory.path("body")
      try bytes.write(to: path)
      for body in [HTTPBody.bytes(bytes), .file(path)] {
        _ = try await client.send(HTTPRequest("PUT", server.url, body: body, repeats: .always))
      }
    }
    #expect(server.requests.map { $0.body == expected } == [true, true])
  }

  @Test func aHugeAnswerIsRefusedBeforeItFillsTheMemory() async throws {
    let server = try ScriptedServer { _, wire in
      wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = [UInt8](repeating: 0x61, count: 0x10000)
      while !wire.isClosed { wire.send(Array("10000\r\n".utf8) + chunk + Array("\r\n".utf8)) }
    }
    var request = get(server.url)
    request.answerLimit = 1_000_000
    let error = await #expect(throws: HTTPError.self) { try await client.send(request) }
    #expect(error?.code == .answerTooLarge)
    #expect(error?.isTransient == false)
  }

  @Test func endlessHeadersAreRefused() async throws {
    let server = try ScriptedServer { _, wire in
      wire.send("HTTP/1.1 200 OK\r\n")
      let line = "X-Filler: " + String(repeating: "x", count: 1000) + "\r\n"
      while !wire.isClosed { wire.send(line) }
    }
    await #expect(throws: HTTPError.self) { try await client.send(get(server.url)) }
  }

  @Test func aMissingFileIsSaidBeforeAnythingIsSent() async throws {
    let server = try ScriptedServer { _, wire in wire.answer() }
    let error = await #expect(throws: HTTPError.self) {
      try await client.send(HTTPRequest("PUT", server.url, body: .file("/no/such/file"), repeats: .always))
    }
    #expect(error?.code == .file)
    #expect(server.requests.isEmpty)
  }

  @Test func aHeaderCannotSmuggleAnother() async throws {
    let server = try ScriptedServer { _, wire in wire.answer() }
    let error = await #expect(throws: HTTPError.self) {
      try await client.send(
        HTTPRequest("GET", server.url, headers: [("X-One", "1\r\nX-Two: 2")], repeats: .always))
    }
    #expect(error?.code == .invalidRequest)
    #expect(server.requests.isEmpty)
  }
}
