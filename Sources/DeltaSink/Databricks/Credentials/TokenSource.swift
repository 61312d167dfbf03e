internal import Logging

/// Keeps an authorization that the workspace accepts: a token as it was given, or one of OAuth that is fetched anew
/// before it expires. Callers that come while one is being fetched wait for that one.
actor TokenSource {
  private let workspace: DatabricksWorkspace
  private let endpoint: OAuthEndpoint
  private let logger: Logger
  private var current: AccessToken?
  private var fetching: Task<AccessToken, any Error>?

  init(_ workspace: DatabricksWorkspace, http: HTTPClient, logger: Logger) {
    self.workspace = workspace
    endpoint = OAuthEndpoint(workspace, http: http)
    self.logger = logger
  }

  /// The value of the Authorization header.
  func authorization() async throws -> Secret {
    if case .token(let token) = workspace.credentials { return Secret("Bearer \(token.value)") }
    guard let current else { return try await fetch().header }
    guard current.isStale else { return current.header }
    do { return try await fetch().header } catch let error as DatabricksError {
      guard !current.isExpired else { throw error }
      logger.warning("The OAuth token could not be renewed yet: \(error.message)")
      return current.header
    }
  }

  /// Another authorization than the one that was refused; nil where there is no other.
  func authorization(insteadOf refused: Secret) async throws -> Secret? {
    if case .token = workspace.credentials { return nil }
    if let current, current.header != refused { return current.header }
    return try await fetch().header
  }

  private func fetch() async throws -> AccessToken {
    if let fetching { return try await fetching.valueUnlessCancelled() }
    // Not a child of this caller's task: others wait for it, too.
    let task = Task {
      defer { fetching = nil }
      let token = try await endpoint.token()
      current = token
      return token
    }
    fetching = task
    return try await task.valueUnlessCancelled()
  }
}

/// A bearer token and how long it is good for.
struct AccessToken: Sendable {
  let header: Secret
  private let staleAt: ContinuousClock.Instant
  private let expiresAt: ContinuousClock.Instant

  /// - Parameter lifetime: in seconds, from now.
  init(_ token: String, lifetime: Int) {
    header = Secret("Bearer \(token)")
    let lifetime = Duration.seconds(max(0, lifetime))
    expiresAt = .now + lifetime
    // Databricks refuses a token shortly before its end, and a call may take a while.
    staleAt = expiresAt - min(.seconds(300), lifetime / 2)
  }

  var isStale: Bool { .now >= staleAt }
  var isExpired: Bool { .now >= expiresAt }
}
