/// How a REST call's failure becomes a `DatabricksError`. Source: the error bodies that Databricks' SDKs read.
extension DatabricksError {
  /// An answer that is no success.
  ///
  /// - Parameters:
  ///   - what: what was asked for, in words.
  ///   - secrets: never to be quoted, should the server do so.
  init(answering response: HTTPResponse, to what: String, hiding secrets: [Secret]) {
    let body = ErrorBody(response.body)
    let code =
      body.refusesToken(response.status)
      ? .unauthenticated : Code(status: response.status, errorCode: body.code)
    let text = ServerText.tidy(body.message, hiding: secrets)
    self.init(
      code, "\(code.beginning) (\(what))" + (text.isEmpty ? "." : ": \(text)"), httpStatus: response.status,
      errorCode: body.code, isRetryable: code == .rateLimited || code == .unavailable)
  }

  /// No answer at all.
  init(_ error: HTTPError, repeats: HTTPRequest.Repeats) {
    switch error.code {
    case .invalidRequest, .file: self.init(.invalidRequest, error.message, underlying: error)
    case .answerTooLarge, .redirectRefused: self.init(.invalidAnswer, error.message, underlying: error)
    case .tls where !error.isTransient:
      self.init(
        .network, error.message + " Name the authority's certificate if the workspace has one of its own.",
        underlying: error)
    default:
      let isLost = error.wasSent && repeats != .always
      self.init(
        isLost ? .answerLost : .network, error.message, isRetryable: isLost || error.isTransient,
        underlying: error)
    }
  }
}

extension DatabricksError.Code {
  init(status: Int, errorCode: String?) {
    switch (status, errorCode) {
    case (_, "RESOURCE_DOES_NOT_EXIST"), (404, _): self = .notFound
    case (_, "ALREADY_EXISTS"), (_, "RESOURCE_ALREADY_EXISTS"), (_, "FILE_ALREADY_EXISTS"):
      self = .alreadyExists
    case (401, _): self = .unauthenticated
    case (403, _): self = .permissionDenied
    case (409, "ABORTED"): self = .unavailable
    case (409, _): self = .alreadyExists
    case (429, _): self = .rateLimited
    case (501, _): self = .invalidRequest
    case (408, _), (500..., _): self = .unavailable
    case (400..<500, _): self = .invalidRequest
    default: self = .invalidAnswer
    }
  }

  fileprivate var beginning: String {
    switch self {
    case .notFound: "The workspace does not have it"
    case .alreadyExists: "The workspace has it already"
    case .unauthenticated: "The workspace does not accept the credentials"
    case .permissionDenied: "The workspace does not permit it"
    case .rateLimited: "The workspace gets too many requests"
    case .unavailable: "The workspace cannot answer now"
    case .invalidRequest: "The workspace refuses the request"
    default: "The workspace's answer cannot be understood: is the host right?"
    }
  }
}

extension HTTPResponse {
  /// The token, and nothing else, is what the server minds: 401, or what it says of an expired token
  /// with 403 ("Invalid access token.", "Token is expiring within 30 seconds.").
  var refusesToken: Bool { ErrorBody(body).refusesToken(status) }
}

/// `{"error_code": …, "message": …}`, or the forms of OAuth and SCIM.
private struct ErrorBody {
  var code: String?
  var message = ""

  init(_ bytes: [UInt8]) {
    guard let answer = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self)) else { return }
    code = answer["error_code"]?.string ?? answer["error"]?.string
    message =
      answer["message"]?.string ?? answer["error_description"]?.string ?? answer["detail"]?.string ?? ""
  }

  func refusesToken(_ status: Int) -> Bool {
    if status == 401 { return true }
    guard status == 400 || status == 403 else { return false }
    let text = message.lowercased()
    return [
      "invalid access token", "token is expiring", "token expired", "token has expired", "token is expired",
    ]
    .contains { text.contains($0) }
  }
}

/// Text that a server wrote, made fit for a message.
enum ServerText {
  /// One line, not too long, without the secrets. What follows `== SQL ==` quotes the statement, whose literals may
  /// be values of rows: it is cut off.
  static func tidy(_ text: String, hiding secrets: [Secret]) -> String {
    var text = text
    if let quote = text.firstRange(of: "== SQL") { text = String(text[..<quote.lowerBound]) }
    for secret in secrets where !secret.isEmpty { text = text.replacing(secret.value, with: "***") }
    let words = text.split {
      $0.isWhitespace || $0.isNewline || $0.unicodeScalars.allSatisfy { $0.value < 0x20 }
    }
    let line = words.joined(separator: " ")
    return line.count > 1000 ? line.prefix(1000) + "…" : line
  }
}
