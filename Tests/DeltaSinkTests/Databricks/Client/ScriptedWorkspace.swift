/// A workspace whose every answer a test writes, but for the tokens, which it issues and counts.
import CDCCore
import DeltaSink
import Foundation

final class ScriptedWorkspace: Sendable {
  let server: ScriptedServer

  /// - Parameters:
  ///   - lifetime: of the tokens, in seconds. They are named `token-0`, `token-1` …
  ///   - script: answers what is not about tokens.
  init(lifetime: Int = 3600, _ script: @escaping ScriptedServer.Script) throws {
    let issued = Counter()
    server = try ScriptedServer { request, wire in
      switch request.target {
      case "/oidc/v1/token":
        wire.pause(0.05)
        wire.answer(
          200, #"{"access_token":"token-\#(issued.next())","token_type":"Bearer","expires_in":\#(lifetime)}"#)
      case let path where path.contains("/.well-known/"): wire.answer(404, "{}")
      default: try script(request, wire)
      }
    }
  }

  /// Few and short tries, so that a test need not wait.
  static let retries = HTTPRetries(
    policy: RetryPolicy(attempts: 3, firstDelay: .milliseconds(5), longestDelay: .milliseconds(20)))

  func client(_ credentials: DatabricksCredentials = .token("pat-secret")) throws -> WorkspaceClient {
    try WorkspaceClient(
      DatabricksWorkspace(host: server.url, credentials: credentials), retries: Self.retries)
  }

  /// - Parameter patience: after which it is asked whether it is starting.
  func warehouse(
    tags: [String: String] = [:], patience: Duration = .seconds(600),
    onWaiting: (@Sendable (String) -> Void)? = nil
  ) throws -> SQLWarehouse {
    SQLWarehouse(
      try client(), warehouseID: "w1", tags: tags, patience: patience, onWaiting: onWaiting,
      conflicts: RetryPolicy(attempts: 3, firstDelay: .milliseconds(5), longestDelay: .milliseconds(10)))
  }

  static let client = DatabricksCredentials.oauthM2M(clientID: "the-client", secret: "client-secret")

  /// Without what is asked for tokens.
  var calls: [ScriptedServer.Request] {
    server.requests.filter { !$0.target.contains("/oidc/") && !$0.target.contains("/.well-known/") }
  }

  var tokenRequests: [ScriptedServer.Request] { server.requests.filter { $0.target == "/oidc/v1/token" } }
}

final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  func next() -> Int {
    lock.withLock {
      count += 1
      return count - 1
    }
  }
}
