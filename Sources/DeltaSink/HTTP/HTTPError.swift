internal import CCurl

/// Why there is no answer. Knows neither headers nor queries of the request, which may be secret.
package struct HTTPError: Error, Sendable, CustomStringConvertible {
  package struct Code: Sendable, Hashable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }

    /// The URL, a header or the body cannot be sent, or must not be.
    package static let invalidRequest = Code("invalid_request")
    /// The name could not be resolved, or nobody listens.
    package static let noConnection = Code("no_connection")
    /// The server's certificate is not trusted, or TLS could not be agreed upon.
    package static let tls = Code("tls")
    /// One of the request's time-outs.
    package static let timeout = Code("timeout")
    /// The connection broke before the whole answer was there.
    package static let connectionLost = Code("connection_lost")
    package static let answerTooLarge = Code("answer_too_large")
    package static let redirectRefused = Code("redirect_refused")
    /// A file to send or to write could not be read or written.
    package static let file = Code("file")
    /// The operating system or libcurl lacks something.
    package static let system = Code("system")
  }

  package var code: Code
  /// A whole sentence.
  package var message: String
  /// The server may have got the request, and may have acted on it.
  package var wasSent: Bool
  /// Trying again may help.
  package var isTransient: Bool

  init(_ code: Code, _ message: String, wasSent: Bool = false, isTransient: Bool = false) {
    self.code = code
    self.message = message
    self.wasSent = wasSent
    self.isTransient = isTransient
  }

  package var description: String { message }
}

extension HTTPError {
  /// - Parameter target: the request in words, for the message.
  init(_ result: CURLcode, detail: String, target: String, wasSent: Bool) {
    let (code, isTransient) = Self.meaning(of: result)
    let reason = unsafe detail.isEmpty ? String(cString: curl_easy_strerror(result)) : detail
    self.init(code, "\(target) failed: \(reason).", wasSent: wasSent, isTransient: isTransient)
  }

  private static func meaning(of result: CURLcode) -> (Code, isTransient: Bool) {
    switch result {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: (.noConnection, true)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS:
      (.tls, false)
    case CURLE_SSL_CONNECT_ERROR: (.tls, true)
    case CURLE_OPERATION_TIMEDOUT: (.timeout, true)
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
      CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND, CURLE_WEIRD_SERVER_REPLY:
      (.connectionLost, true)
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: (.invalidRequest, false)
    default: (.system, false)
    }
  }
}
