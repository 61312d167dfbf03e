package import Logging

/// The REST calls of one workspace: authentication, retries and errors are its business.
package final class WorkspaceClient: Sendable {
  package let workspace: DatabricksWorkspace
  package let logger: Logger
  /// For calls with small bodies. A statement occupies a connection for as long as the server waits with it, so there are
  /// plenty: what cancels a statement must not wait behind it.
  private let calls: HTTPClient
  /// For files and large results.
  private let bulk: HTTPClient
  private let tokens: TokenSource

  /// - Parameter connections: so many files are sent or fetched at a time; more wait.
  package init(
    _ workspace: DatabricksWorkspace, connections: Int = 8, retries: HTTPRetries = HTTPRetries(),
    logger: Logger = Logger(label: "databricks")
  ) throws {
    self.workspace = workspace
    self.logger = logger
    func http(_ connections: Int) -> HTTPClient {
      HTTPClient(
        connections: connections, certificateAuthorities: workspace.certificateAuthorities, retries: retries,
        logger: logger)
    }
    calls = http(64)
    bulk = http(connections)
    // Of its own, too: a token must not wait behind the calls that wait for it.
    tokens = TokenSource(workspace, http: http(1), logger: logger)
  }

  /// Makes a call and returns its 2xx answer.
  ///
  /// - Throws: `DatabricksError`, `CancellationError`.
  func send(_ call: WorkspaceCall) async throws -> HTTPResponse {
    var request = HTTPRequest(
      call.method, workspace.host + call.path + PercentEncoding.query(call.query), headers: call.headers,
      authorization: try await tokens.authorization(), body: call.body, answerLimit: call.answerLimit,
      repeats: call.repeats, timeouts: call.timeouts)
    var response = try await perform(request, isBulk: call.isBulk)
    // A call that was refused for its token had no effect: it is made again with another one, once.
    if response.refusesToken, let used = request.authorization,
      let other = try await tokens.authorization(insteadOf: used)
    {
      request.authorization = other
      response = try await perform(request, isBulk: call.isBulk)
    }
    guard response.isSuccess else { throw failure(response, call, request) }
    return response
  }

  /// Makes a call whose answer is a JSON value.
  func json(_ call: WorkspaceCall) async throws -> JSONValue {
    let response = try await send(call)
    do {
      return try JSONValue(parsing: String(decoding: response.body, as: UTF8.self))
    } catch {
      throw Self.invalidAnswer(call, status: response.status)
    }
  }

  /// A large answer of another host, without the workspace's credentials.
  func fetchUnauthenticated(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await perform(request, isBulk: true)
  }

  private func perform(_ request: HTTPRequest, isBulk: Bool) async throws -> HTTPResponse {
    do { return try await (isBulk ? bulk : calls).send(request) } catch let error as HTTPError {
      throw DatabricksError(error, repeats: request.repeats)
    }
  }

  private func failure(_ response: HTTPResponse, _ call: WorkspaceCall, _ request: HTTPRequest)
    -> DatabricksError
  {
    let used = request.authorization.map { Secret(String($0.value.dropFirst("Bearer ".count))) }
    var error = DatabricksError(
      answering: response, to: call.what, hiding: [workspace.credentials.secret] + [used].compactMap(\.self))
    // Somebody on the way gave up waiting: the call itself may have come through.
    if call.repeats != .always, [408, 500, 502, 504].contains(response.status) { error.code = .answerLost }
    return error
  }

  static func invalidAnswer(_ call: WorkspaceCall, status: Int) -> DatabricksError {
    DatabricksError(
      .invalidAnswer, "The workspace's answer cannot be understood (\(call.what)): is the host right?",
      httpStatus: status)
  }
}

/// One REST call of a workspace.
struct WorkspaceCall: Sendable {
  var method: String
  /// Below the host, percent-encoded.
  var path: String
  /// For messages: what it does, in words.
  var what: String
  var query: [(name: String, value: String)] = []
  var headers: [(name: String, value: String)] = [
    ("Accept", "application/json"), ("User-Agent", "postgres-delta-cdc"),
  ]
  var body: HTTPBody = .none
  var answerLimit = HTTPRequest.defaultAnswerLimit
  var repeats: HTTPRequest.Repeats
  var timeouts = HTTPTimeouts()
  /// It moves a file, which takes its time.
  var isBulk = false

  init(
    _ method: String, _ path: String, _ what: String, repeats: HTTPRequest.Repeats = .always,
    query: [(name: String, value: String)] = []
  ) {
    self.method = method
    self.path = path
    self.what = what
    self.repeats = repeats
    self.query = query
  }

  mutating func setJSON(_ bytes: [UInt8]) {
    headers.append(("Content-Type", "application/json"))
    body = .bytes(bytes)
  }
}
