/// What must not leave: credentials to other hosts, plain text to other machines, secrets into messages.
import CDCCore
import Foundation
import Testing
import TestSupport

@testable import DeltaSink

@Suite(.timeLimit(.minutes(2))) struct HTTPSecurityTests {
  private let client = HTTPClient(retries: .never)

  private func get(_ url: String) -> HTTPRequest {
    HTTPRequest("GET", url, authorization: "Bearer very-secret", repeats: .always)
  }

  // MARK: URLs

  @Test(arguments: [
    "https://dbc-1.cloud.databricks.com/api", "http://127.0.0.1:8080/", "http://127.9.9.9/",
    "http://localhost:1",
    "http://[::1]:80/", "https://10.0.0.1",
  ])
  func acceptedURLs(_ text: String) throws { _ = try HTTPURL(text) }

  @Test(arguments: [
    "http://dbc-1.cloud.databricks.com/", "http://10.0.0.1/", "http://128.0.0.1",
    "http://localhost.example.com/",
    "http://127.0.0.1.example.com/", "http://127.0.0.1@example.com/", "https://user:password@example.com/",
    "ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "", "https://", "http://[::2]/", "http://0.0.0.0/",
  ])
  func refusedURLs(_ text: String) throws {
    let error = #expect(throws: HTTPError.self) { try HTTPURL(text) }
    #expect(error?.code == .invalidRequest)
    #expect(error.map { !$0.message.contains("user:password") } == true)
  }

  // MARK: Redirects

  @Test func credentialsStayBehindWhereARedirectLeavesTheHost() async throws {
    let other = try ScriptedServer { _, wire in wire.answer(200, "there") }
    let server = try ScriptedServer { [port = other.port] request, wire in
      switch request.target {
      case "/host": wire.answer(302, headers: ["Location": "http://localhost:\(port)/"])
      case "/port": wire.answer(307, headers: ["Location": "http://127.0.0.1:\(port)/"])
      case "/same": wire.answer(301, headers: ["Location": "/final"])
      default: wire.answer(200, "here")
      }
    }
    #expect(try await client.send(get(server.url + "/host")).body == Array("there".utf8))
    #expect(try await client.send(get(server.url + "/port")).body == Array("there".utf8))
    #expect(other.requests.map { $0.headers["authorization"] } == [nil, nil])
    #expect(try await client.send(get(server.url + "/same")).body == Array("here".utf8))
    #expect(server.requests.last?.headers["authorization"] == "Bearer very-secret")
  }

  @Test(arguments: [
    "http://example.com/", "ftp://127.0.0.1/", "file:///etc/passwd", "https://a:b@127.0.0.1/",
  ])
  func aRedirectToWhereItMustNotGoIsRefused(_ target: String) async throws {
    let server = try ScriptedServer { _, wire in wire.answer(302, headers: ["Location": target]) }
    let error = await #expect(throws: HTTPError.self) { try await client.send(get(server.url)) }
    #expect(error?.code == .redirectRefused)
  }

  @Test func aPostThatIsRedirectedElsewhereIsNotMadeAGet() async throws {
    let server = try ScriptedServer { _, wire in wire.answer(302, headers: ["Location": "/login"]) }
    let response = try await client.send(HTTPRequest("POST", server.url, body: .bytes([1]), repeats: .always))
    #expect(response.status == 302)
    #expect(server.requests.count == 1)
  }

  @Test func aBodyIsSentAgainToWhereAServerMovedIt() async throws {
    let server = try ScriptedServer { request, wire in
      if request.target == "/" { wire.answer(308, headers: ["Location": "/new"]) } else { wire.answer(200) }
    }
    _ = try await client.send(HTTPRequest("PUT", server.url, body: .bytes([1, 2, 3]), repeats: .always))
    #expect(server.requests.map(\.target) == ["/", "/new"])
    #expect(server.requests.map(\.body) == [[1, 2, 3], [1, 2, 3]])
  }

  @Test func redirectsDoNotGoOnForEver() async throws {
    let server = try ScriptedServer { _, wire in wire.answer(302, headers: ["Location": "/again"]) }
    let error = await #expect(throws: HTTPError.self) { try await client.send(get(server.url)) }
    #expect(error?.code == .redirectRefused)
    #expect(server.requests.count == 6)
  }

  // MARK: Messages

  @Test func anErrorKnowsNeitherQueryNorCredentials() async throws {
    let server = try ScriptedServer { _, wire in wire.cut() }
    var request = get(server.url + "/path?signature=also-secret")
    let error = await #expect(throws: HTTPError.self) { try await client.send(request) }
    let text = "\(error as Any) \(String(reflecting: error)) \(error?.message ?? "")"
    #expect(text.contains("/path"))
    #expect(!text.contains("secret"))
    request.isPathSecret = true
    let hidden = await #expect(throws: HTTPError.self) { try await client.send(request) }
    #expect(hidden.map { !"\($0)".contains("/path") } == true)
    var dumped = ""
    dump(request, to: &dumped)
    #expect(!dumped.contains("very-secret"))
  }

  @Test func aSecretCannotBePrinted() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump(secret, to: &dumped)
    dump(DatabricksCredentials.oauthM2M(clientID: "id", secret: secret), to: &dumped)
    let texts = ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped]
    #expect(texts.allSatisfy { !$0.contains("hunter2") && !$0.isEmpty })
  }
}
