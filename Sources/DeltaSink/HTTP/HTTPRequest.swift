/// One HTTP request, as the client needs to know it: what is sent, how large the answer may be, how long all may take
/// and whether it may be sent twice.
package struct HTTPRequest: Sendable {
  package var method: String
  /// Absolute. `https`, or `http` to a loopback address.
  package var url: String
  package var headers: [(name: String, value: String)]
  /// The value of the Authorization header; it stays behind where a redirect leaves the host.
  package var authorization: Secret?
  package var body: HTTPBody
  /// In bytes: a longer answer is an error.
  package var answerLimit: Int
  package var repeats: Repeats
  package var timeouts: HTTPTimeouts
  package static let defaultAnswerLimit = 64 << 20

  /// The path is as secret as the query: messages name the host alone.
  package var isPathSecret = false

  package init(
    _ method: String, _ url: String, headers: [(name: String, value: String)] = [],
    authorization: Secret? = nil, body: HTTPBody = .none, answerLimit: Int = Self.defaultAnswerLimit,
    repeats: Repeats, timeouts: HTTPTimeouts = HTTPTimeouts()
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.authorization = authorization
    self.body = body
    self.answerLimit = answerLimit
    self.repeats = repeats
    self.timeouts = timeouts
  }

  /// Whether the request may be sent again when it failed. What a call does decides that, not its verb.
  package enum Repeats: Sendable {
    case never
    /// Where it certainly had no effect: it was not sent, or the server says that it was turned away (429, 503).
    case ifNotSent
    /// Sending it twice does what sending it once does.
    case always
  }
}

package enum HTTPBody: Sendable {
  case none
  case bytes([UInt8])
  /// The whole content of that file, which must not change while it is sent.
  case file(String)
}

package struct HTTPTimeouts: Sendable {
  /// Until the connection stands, TLS included.
  package var connect: Duration
  /// Without a byte in either direction. Must be longer than the server takes to answer.
  package var stalled: Duration
  /// From beginning to end; nil for none.
  package var whole: Duration?

  package init(
    connect: Duration = .seconds(20), stalled: Duration = .seconds(90), whole: Duration? = nil
  ) {
    self.connect = connect
    self.stalled = stalled
    self.whole = whole
  }
}

extension HTTPRequest {
  /// The request in words, for messages: no query, no headers.
  var summary: String {
    guard let url = try? HTTPURL(url) else { return method }
    return "\(method) \(isPathSecret ? "from \(url.host)" : url.summary)"
  }
}
