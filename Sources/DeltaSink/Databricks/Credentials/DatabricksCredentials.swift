/// How a workspace is told who is asking.
public enum DatabricksCredentials: Sendable, Hashable {
  /// A service principal's OAuth client (machine to machine).
  case oauthM2M(clientID: String, secret: Secret)
  /// A personal access token, or any other bearer token that somebody else keeps fresh.
  case token(Secret)

  /// As Databricks' own tools call it: `oauth-m2m`, `pat`.
  public var authType: String {
    switch self {
    case .oauthM2M: "oauth-m2m"
    case .token: "pat"
    }
  }

  var secret: Secret {
    switch self {
    case .oauthM2M(_, let secret), .token(let secret): secret
    }
  }
}
