/// Networks and servers that misbehave: what is told of it, and what is sent again.
import CDCCore
import Foundation
import Testing
import TestSupport

@testable import DeltaSink

@Suite(.timeLimit(.minutes(2))) struct HTTPFaultTests {
  private let client = HTTPClient(retries: .never)
  private let patient = HTTPClient(
    retries: HTTPRetries(
      policy: RetryPolicy(attempts: 4, firstDelay: .milliseconds(10), longestDelay: .milliseconds(50))))

  private static let short = HTTPTimeouts(connect: .seconds(30), stalled: .milliseconds(300))

  private func put(_ url: String, _ repeats: HTTPRequest.Repeats) -> HTTPRequest {
    HTTPRequest("PUT", url, body: .bytes(Array("the body".utf8)), repeats: repeats)
  }

  // MARK: Connections

  @Test func nobodyListeningIsNotSent() async throws {
    let port = try ScriptedServer { _, _ in }.port
    try await Task.sleep(for: .milliseconds(50))
    let error = await #expect(throws: HTTPError.self) {
      try await client.send(put("http://127.0.0.1:\(port)/", .never))
    }
    #expect(error?.code == .noConnection || error?.code == .connectionLost)
    #expect(error?.wasSent == false)
  }

  /// The server takes a second request on a connection that it had kept open, and hangs up.
  private func staleServer() throws -> ScriptedServer {
    try ScriptedServer { request, wire in
      if request.connection == 0 && request.number > 0 { wire.cut() } else { wire.answer() }
    }
  }

  @Test func anUploadOnAStaleConnectionIsSentAgainFromItsBeginning() async throws {
    let server = try staleServer()
    for _ in 0..<2 { #expect(try await client.send(put(server.url, .always)).status == 200) }
    #expect(server.requests.map(\.connection) == [0, 0, 1])
    #expect(server.requests.allSatisfy { $0.body == Array("the body".utf8) })
  }

  @Test(arguments: [HTTPRequest.Repeats.never, .ifNotSent])
  func whatMustNotBeSentTwiceIsNotSentTwiceOnAStaleConnection(_ repeats: HTTPRequest.Repeats) async throws {
    let server = try staleServer()
    _ = try await patient.send(put(server.url, repeats))
    let error = await #expect(throws: HTTPError.self) { try await patient.send(put(server.url, repeats)) }
    #expect(error?.wasSent == true)
    #expect(server.requests.count == 2)
  }

  @Test func withoutABodyItGoesOverAFreshConnection() async throws {
    let server = try ScriptedServer { _, wire in wire.answer() }
    for _ in 0..<2 { _ = try await client.send(HTTPRequest("POST", server.url, repeats: .never)) }
    #expect(server.requests.map(\.connection) == [0, 1])
  }

  @Test func aConnectionThatTheServerClosedMeanwhileIsReplaced() async throws {
    let server = try ScriptedServer { _, wire in
      wire.answer()
      wire.cut()
    }
    for _ in 0..<3 {
      #expect(try await client.send(put(server.url, .ifNotSent)).status == 200)
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(server.requests.count == 3)
  }

  @Test func aCutAnswerIsAskedForAgain() async throws {
    let server = try ScriptedServer { request, wire in
      guard request.number < 2 else { return wire.answer(200, "whole") }
      wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
      wire.cut()
    }
    #expect(
      try await patient.send(HTTPRequest("GET", server.url, repeats: .always)).body == Array("whole".utf8))
    let broken = try ScriptedServer { _, wire in
      wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
      wire.cut()
    }
    let error = await #expect(throws: HTTPError.self) {
      try await client.send(HTTPRequest("GET", broken.url, repeats: .always))
    }
    #expect(error?.code == .connectionLost)
    #expect(error?.wasSent == true)
  }

  // MARK: Time

  @Test func aSilentServerIsGivenUp() async throws {
    let server = try ScriptedServer { _, wire in wire.waitForClient() }
    let start = ContinuousClock.now
    let error = await #expect(throws: HTTPError.self) {
      try await client.send(HTTPRequest("GET", server.url, repeats: .always, timeouts: Self.short))
    }
    #expect(error?.code == .timeout)
    #expect(error?.wasSent == true)
    // The server itself would have waited for 20 s.
    #expect(ContinuousClock.now - start < .seconds(15))
  }

  /// In all it takes longer than the silence for which it would be.
  @Test func aSlowServerIsNotGivenUpWhileBytesCome() async throws {
    let server = try ScriptedServer { _, wire in
      wire.send("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n")
      for _ in 0..<16 {
        wire.pause(0.2)
        wire.send("x")
      }
    }
    let timeouts = HTTPTimeouts(connect: .seconds(30), stalled: .seconds(3))
    let request = HTTPRequest("GET", server.url, repeats: .always, timeouts: timeouts)
    #expect(try await client.send(request).body.count == 16)
  }

  @Test func theWholeCallHasALimitOfItsOwn() async throws {
    let server = try ScriptedServer { _, wire in
      wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      for _ in 0..<1200 where !wire.isClosed {
        wire.pause(0.05)
        wire.send("1\r\nx\r\n")
      }
    }
    var request = HTTPRequest("GET", server.url, repeats: .always)
    request.timeouts.whole = .milliseconds(400)
    let error = await #expect(throws: HTTPError.self) { try await client.send(request) }
    #expect(error?.code == .timeout)
  }

  @Test func anUploadThatNobodyReadsIsGivenUp() async throws {
    let server = try ScriptedServer(readsBodies: false) { _, wire in wire.pause(60) }
    let error = await #expect(throws: HTTPError.self) {
      try await client.send(
        HTTPRequest(
          "PUT", server.url, body: .bytes([UInt8](repeating: 1, count: 32 << 20)), repeats: .always,
          timeouts: Self.short))
    }
    #expect(error?.code == .timeout)
  }

  // MARK: Cancellation

  @Test func aCancelledTaskLeavesASilentServerAtOnce() async throws {
    let server = try ScriptedServer { _, wire in wire.waitForClient() }
    // The machine may be busy with other tests: the quickest of a few counts. By itself the server waits for 20 s.
    var quickest = Duration.seconds(60)
    for attempt in 1...5 where quickest > .milliseconds(200) {
      let task = Task { try await client.send(HTTPRequest("GET", server.url, repeats: .always)) }
      while server.requests.count < attempt { try await Task.sleep(for: .milliseconds(5)) }
      let start = ContinuousClock.now
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      quickest = min(quickest, .now - start)
    }
    #expect(quickest < .seconds(5))
  }

  @Test func aCancelledTaskNeedNotWaitForItsTurn() async throws {
    let server = try ScriptedServer { _, wire in wire.waitForClient() }
    let narrow = HTTPClient(connections: 1, retries: .never)
    let first = Task { try await narrow.send(HTTPRequest("GET", server.url, repeats: .always)) }
    while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    let second = Task { try await narrow.send(HTTPRequest("GET", server.url, repeats: .always)) }
    try await Task.sleep(for: .milliseconds(50))
    second.cancel()
    await #expect(throws: CancellationError.self) { try await second.value }
    #expect(server.requests.count == 1)
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
  }

  @Test func aPauseBetweenTriesEndsWithTheTask() async throws {
    let server = try ScriptedServer { _, wire in wire.answer(429, headers: ["Retry-After": "60"]) }
    let task = Task { try await patient.send(HTTPRequest("GET", server.url, repeats: .always)) }
    while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  // MARK: Statuses

  @Test func aServerThatTellsWhenToComeBackIsHeard() async throws {
    let server = try ScriptedServer { request, wire in
      if request.number == 0 { wire.answer(429, headers: ["Retry-After": "1"]) } else { wire.answer() }
    }
    let start = ContinuousClock.now
    #expect(try await patient.send(put(server.url, .ifNotSent)).status == 200)
    #expect(ContinuousClock.now - start >= .seconds(1))
  }

  @Test(arguments: [
    (429, HTTPRequest.Repeats.never, 1), (429, .ifNotSent, 4), (429, .always, 4),
    (503, .never, 1), (503, .ifNotSent, 4), (503, .always, 4),
    (500, .ifNotSent, 1), (502, .ifNotSent, 1), (504, .ifNotSent, 1),
    (500, .always, 4), (502, .always, 4), (504, .always, 4), (408, .always, 4),
    (400, .always, 1), (401, .always, 1), (404, .always, 1), (409, .always, 1), (501, .always, 1),
  ])
  func whatIsTriedAgainDependsOnTheCall(_ status: Int, _ repeats: HTTPRequest.Repeats, _ tries: Int)
    async throws
  {
    let server = try ScriptedServer { _, wire in wire.answer(status) }
    #expect(try await patient.send(put(server.url, repeats)).status == status)
    #expect(server.requests.count == tries)
  }

  @Test func aWaitThatWouldTakeTooLongIsNotBegun() async throws {
    let server = try ScriptedServer { _, wire in wire.answer(503, headers: ["Retry-After": "3600"]) }
    #expect(try await patient.send(put(server.url, .always)).status == 503)
    #expect(server.requests.count == 1)
  }
}
