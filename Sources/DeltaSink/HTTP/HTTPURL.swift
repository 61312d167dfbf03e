internal import CCurl

/// A URL as libcurl itself reads it, so that what is checked here is what is connected to there.
struct HTTPURL: Equatable {
  let scheme: String
  /// In lower case; IPv6 addresses in brackets.
  let host: String
  let port: String
  let path: String

  /// - Throws: `invalidRequest` for what is no URL, has a user or password in it, or is `http` to a host that is
  ///   not this machine.
  init(_ text: String) throws(HTTPError) {
    guard let handle = unsafe curl_url() else { throw HTTPError(.system, "There is no memory for a URL.") }
    defer { unsafe curl_url_cleanup(handle) }
    guard unsafe curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK else {
      throw HTTPError(.invalidRequest, "That is no URL of HTTP.")
    }
    func part(_ part: CURLUPart) -> String? {
      var pointer: UnsafeMutablePointer<CChar>?
      let flags = UInt32(CURLU_DEFAULT_PORT)
      guard unsafe curl_url_get(handle, part, &pointer, flags) == CURLUE_OK, let found = unsafe pointer
      else { return nil }
      defer { unsafe curl_free(found) }
      return unsafe String(cString: found)
    }
    guard let scheme = part(CURLUPART_SCHEME), let host = part(CURLUPART_HOST), !host.isEmpty,
      let port = part(CURLUPART_PORT)
    else { throw HTTPError(.invalidRequest, "The URL names no host.") }
    guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
      throw HTTPError(.invalidRequest, "A URL must not hold a user or a password.")
    }
    self.scheme = scheme.lowercased()
    self.host = host.lowercased()
    self.port = port
    path = part(CURLUPART_PATH) ?? "/"
    guard self.scheme == "https" || (self.scheme == "http" && isLoopback) else {
      throw HTTPError(
        .invalidRequest,
        "\(scheme)://\(host) is refused: use https. Plain http is for addresses of this machine alone.")
    }
  }

  /// 127.0.0.0/8, ::1 and localhost.
  var isLoopback: Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Scheme, host and port: what credentials are meant for.
  var origin: String { "\(scheme)://\(host):\(port)" }

  /// For messages: without the query, which may hold a signature.
  var summary: String {
    let isDefaultPort = port == (scheme == "https" ? "443" : "80")
    return "\(scheme)://\(host)\(isDefaultPort ? "" : ":" + port)\(path)"
  }
}
