/// Where a workspace issues tokens, and the request for one (RFC 6749, 4.4: client credentials).
struct OAuthEndpoint: Sendable {
  private let workspace: DatabricksWorkspace
  private let http: HTTPClient

  init(_ workspace: DatabricksWorkspace, http: HTTPClient) {
    self.workspace = workspace
    self.http = http
  }

  func token() async throws -> AccessToken {
    guard case .oauthM2M(let clientID, let secret) = workspace.credentials else {
      throw DatabricksError(.configuration, "There is no OAuth client to get a token with.")
    }
    let request = HTTPRequest(
      "POST", try await tokenURL(),
      headers: [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")],
      authorization: Secret("Basic " + Base64.encode(Array("\(clientID):\(secret.value)".utf8))),
      body: .bytes(Array("grant_type=client_credentials&scope=all-apis".utf8)),
      answerLimit: 1 << 20,
      // A second token takes nothing from the first.
      repeats: .always, timeouts: HTTPTimeouts(stalled: .seconds(30), whole: .seconds(60)))
    let response = try await send(request)
    guard response.isSuccess else { throw refusal(response, secret) }
    guard let answer = try? JSONValue(parsing: String(decoding: response.body, as: UTF8.self)),
      let token = answer["access_token"]?.string, !token.isEmpty,
      token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else {
      throw DatabricksError(
        .invalidAnswer, "\(workspace.host) issued no OAuth token that can be read.",
        httpStatus: response.status)
    }
    return AccessToken(token, lifetime: answer["expires_in"]?.integer ?? 3600)
  }

  private func refusal(_ response: HTTPResponse, _ secret: Secret) -> DatabricksError {
    var error = DatabricksError(answering: response, to: "an OAuth token", hiding: [secret])
    if response.status == 400 || response.status == 401 {
      error.code = .unauthenticated
      error.message =
        "\(workspace.host) refuses the OAuth client\(error.errorCode.map { " (\($0))" } ?? ""): check "
        + "DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, and that the secret has not expired."
    }
    return error
  }

  // MARK: Discovery

  /// Asks the host as the SDKs do: where its OpenID provider is, then where that issues tokens. A host that tells neither
  /// is taken to issue them at the documented address.
  private func tokenURL() async throws -> String {
    let document = try await metadata() ?? "\(workspace.host)/oidc"
    guard let answer = try await get("\(document)/.well-known/oauth-authorization-server") else {
      return "\(workspace.host)/oidc/v1/token"
    }
    guard let url = answer["token_endpoint"]?.string else {
      throw DatabricksError(.invalidAnswer, "\(workspace.host) does not say where it issues OAuth tokens.")
    }
    return try trusted(url)
  }

  /// The OpenID provider of `/.well-known/databricks-config`; nil where the host has no such document.
  private func metadata() async throws -> String? {
    guard let answer = try await get("\(workspace.host)/.well-known/databricks-config"),
      let provider = answer["oidc_endpoint"]?.string
    else { return nil }
    let filled = provider.replacing("{account_id}", with: answer["account_id"]?.string ?? "")
    return try trusted(filled.hasSuffix("/") ? String(filled.dropLast()) : filled)
  }

  /// The secret goes there: encrypted, or to this machine where the workspace itself is on it.
  private func trusted(_ text: String) throws -> String {
    guard let url = try? HTTPURL(text), url.scheme == "https" || workspace.isLoopback else {
      throw DatabricksError(
        .invalidAnswer, "\(workspace.host) names an OAuth address that is not https: it is not used.")
    }
    return text
  }

  /// A JSON object; nil where there is nothing, or something else, at the address.
  private func get(_ url: String) async throws -> JSONValue? {
    let request = HTTPRequest(
      "GET", url, headers: [("Accept", "application/json")], answerLimit: 1 << 20,
      repeats: .always,
      timeouts: HTTPTimeouts(stalled: .seconds(30), whole: .seconds(60)))
    let response = try await send(request)
    if response.status == 429 || response.status >= 500 {
      throw DatabricksError(answering: response, to: "the OAuth address", hiding: [])
    }
    guard response.isSuccess,
      let answer = try? JSONValue(parsing: String(decoding: response.body, as: UTF8.self)),
      answer.fields != nil
    else { return nil }
    return answer
  }

  private func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    do { return try await http.send(request) } catch let error as HTTPError {
      throw DatabricksError(error, repeats: request.repeats)
    }
  }
}

/// Base64 (RFC 4648, 4), for the Authorization header alone.
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = group.reduce(0) { $0 << 8 | Int($1) }
      bits <<= 8 * (3 - group.count)
      for index in 0..<4 {
        text.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
