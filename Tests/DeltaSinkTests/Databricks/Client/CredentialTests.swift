/// Tokens: where they come from, how long they are used, and what happens when one is refused.
import DeltaSink
import Foundation
import Testing

@Suite(.timeLimit(.minutes(2))) struct CredentialTests {
  private static let me = #"{"id":"1","userName":"the-client","displayName":"Loader"}"#

  @Test func aTokenOfOAuthIsAskedForAsDocumented() async throws {
    let workspace = try ScriptedWorkspace { _, wire in wire.answer(200, Self.me) }
    #expect(try await workspace.client(ScriptedWorkspace.client).currentUser().userName == "the-client")
    let request = try #require(workspace.tokenRequests.first)
    #expect(request.method == "POST")
    #expect(
      request.headers["authorization"] == "Basic "
        + Data("the-client:client-secret".utf8).base64EncodedString())
    #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
    #expect(String(decoding: request.body, as: UTF8.self) == "grant_type=client_credentials&scope=all-apis")
    #expect(workspace.calls.map { $0.headers["authorization"] } == ["Bearer token-0"])
  }

  @Test func theHostTellsWhereItsTokensAre() async throws {
    let server = try ScriptedServer { request, wire in
      let host = "http://" + (request.headers["host"] ?? "")
      switch request.target {
      case "/.well-known/databricks-config":
        wire.answer(200, #"{"oidc_endpoint":"\#(host)/oidc/accounts/{account_id}","account_id":"a1"}"#)
      case "/oidc/accounts/a1/.well-known/oauth-authorization-server":
        wire.answer(200, #"{"token_endpoint":"\#(host)/elsewhere"}"#)
      case "/elsewhere": wire.answer(200, #"{"access_token":"found","expires_in":60}"#)
      default: wire.answer(200, Self.me)
      }
    }
    let client = try WorkspaceClient(
      DatabricksWorkspace(host: server.url, credentials: ScriptedWorkspace.client))
    _ = try await client.currentUser()
    #expect(server.requests.last?.headers["authorization"] == "Bearer found")
  }

  @Test(arguments: ["http://example.com/token", "ftp://example.com", "not a url", "https://a:b@example.com/"])
  func theSecretDoesNotGoWhereItCouldBeRead(_ endpoint: String) async throws {
    let server = try ScriptedServer { request, wire in
      if request.target == "/oidc/.well-known/oauth-authorization-server" {
        wire.answer(200, #"{"token_endpoint":"\#(endpoint)"}"#)
      } else {
        wire.answer(404)
      }
    }
    let client = try WorkspaceClient(
      DatabricksWorkspace(host: server.url, credentials: ScriptedWorkspace.client))
    let error = await #expect(throws: DatabricksError.self) { try await client.currentUser() }
    #expect(error?.code == .invalidAnswer)
  }

  @Test func callersWhoComeTogetherShareOneToken() async throws {
    let workspace = try ScriptedWorkspace { _, wire in wire.answer(200, Self.me) }
    let client = try workspace.client(ScriptedWorkspace.client)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { _ = try await client.currentUser() } }
      try await group.waitForAll()
    }
    #expect(workspace.tokenRequests.count == 1)
    #expect(workspace.calls.count == 20)
  }

  @Test func aCallerWhoLeavesDoesNotTakeTheTokenFromTheOthers() async throws {
    let workspace = try ScriptedWorkspace { _, wire in wire.answer(200, Self.me) }
    let client = try workspace.client(ScriptedWorkspace.client)
    let leaving = Task { try await client.currentUser() }
    let staying = Task { try await client.currentUser() }
    try await Task.sleep(for: .milliseconds(20))
    leaving.cancel()
    _ = try await staying.value
    #expect(workspace.tokenRequests.count == 1)
  }

  @Test func aTokenIsRenewedBeforeItExpires() async throws {
    let workspace = try ScriptedWorkspace(lifetime: 8) { _, wire in wire.answer(200, Self.me) }
    let client = try workspace.client(ScriptedWorkspace.client)
    let start = ContinuousClock.now
    for _ in 0..<2 { _ = try await client.currentUser() }
    if ContinuousClock.now - start < .seconds(4) { #expect(workspace.tokenRequests.count == 1) }
    try await Task.sleep(for: .milliseconds(4200))
    _ = try await client.currentUser()
    #expect(workspace.tokenRequests.count >= 2)
    #expect(workspace.calls.last?.headers["authorization"] != "Bearer token-0")
  }

  @Test(arguments: [
    (401, #"{"error_code":"UNAUTHENTICATED","message":"no"}"#),
    (403, #"{"error_code":403,"message":"Invalid access token. [ReqId: 1]"}"#),
    (403, #"{"message":"Token is expiring within 30 seconds. (token expired)"}"#),
  ])
  func aRefusedTokenIsReplacedOnce(_ status: Int, _ body: String) async throws {
    let workspace = try ScriptedWorkspace { request, wire in
      if request.headers["authorization"] == "Bearer token-0" {
        wire.answer(status, body)
      } else {
        wire.answer(200, Self.me)
      }
    }
    let client = try workspace.client(ScriptedWorkspace.client)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 { group.addTask { _ = try await client.currentUser() } }
      try await group.waitForAll()
    }
    #expect(workspace.tokenRequests.count == 2)
  }

  @Test func aRefusalThatIsNotTheTokensIsNotTriedAgain() async throws {
    let workspace = try ScriptedWorkspace { _, wire in
      wire.answer(403, #"{"error_code":"PERMISSION_DENIED","message":"no rights"}"#)
    }
    let error = await #expect(throws: DatabricksError.self) {
      try await workspace.client(ScriptedWorkspace.client).currentUser()
    }
    #expect(error?.code == .permissionDenied)
    #expect(workspace.calls.count == 1)
  }

  @Test func everyTokenRefusedIsAnError() async throws {
    let workspace = try ScriptedWorkspace { _, wire in
      wire.answer(401, #"{"message":"no token-1 pat-secret"}"#)
    }
    for credentials in [ScriptedWorkspace.client, .token("pat-secret")] {
      let error = await #expect(throws: DatabricksError.self) {
        try await workspace.client(credentials).currentUser()
      }
      #expect(error?.code == .unauthenticated)
      #expect(
        error.map { "\($0)" }?.contains(credentials.authType == "pat" ? "pat-secret" : "token-1") == false)
    }
    #expect(workspace.tokenRequests.count == 2)
    #expect(workspace.calls.count == 3)
  }

  @Test func aRefusedClientIsToldWhatToCheck() async throws {
    let server = try ScriptedServer { request, wire in
      if request.target == "/oidc/v1/token" {
        wire.answer(401, #"{"error":"invalid_client","error_description":"client-secret is wrong"}"#)
      } else {
        wire.answer(404)
      }
    }
    let client = try WorkspaceClient(
      DatabricksWorkspace(host: server.url, credentials: ScriptedWorkspace.client))
    let error = await #expect(throws: DatabricksError.self) { try await client.currentUser() }
    #expect(error?.code == .unauthenticated)
    #expect(error?.errorCode == "invalid_client")
    #expect(error?.message.contains("DATABRICKS_CLIENT_SECRET") == true)
    #expect(error.map { !"\($0)".contains("client-secret") } == true)
  }

  @Test(arguments: [
    "", "null", "[]", "{", #"{"access_token":5}"#, #"{"access_token":"a b"}"#, #"{"access_token":""}"#,
  ])
  func aTokenThatIsNoneIsAnError(_ body: String) async throws {
    let server = try ScriptedServer { request, wire in
      if request.target == "/oidc/v1/token" { wire.answer(200, body) } else { wire.answer(404) }
    }
    let client = try WorkspaceClient(
      DatabricksWorkspace(host: server.url, credentials: ScriptedWorkspace.client))
    let error = await #expect(throws: DatabricksError.self) { try await client.currentUser() }
    #expect(error?.code == .invalidAnswer)
  }
}
