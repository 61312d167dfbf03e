internal import CCurl

/// The one owner of a libcurl easy handle, with a multi handle of its own around it: the multi handle keeps the
/// connections, and `curl_multi_poll` can be woken, so that a cancelled transfer ends at once.
///
/// "You must never share the same handle in multiple threads" (libcurl-thread(3)): a handle belongs to one
/// `TransferThread`. Only `wakeUp` may be called from elsewhere, as curl_multi_wakeup(3) allows.
@safe
struct CurlHandle: ~Copyable {
  let easy: UnsafeMutableRawPointer
  private let multi: UnsafeMutableRawPointer

  init() throws(HTTPError) {
    guard CurlLibrary.isReady, let multi = unsafe curl_multi_init() else {
      throw HTTPError(.system, "libcurl could not be initialized.")
    }
    guard let easy = unsafe curl_easy_init() else {
      unsafe curl_multi_cleanup(multi)
      throw HTTPError(.system, "libcurl could not be initialized.")
    }
    unsafe self.easy = unsafe easy
    unsafe self.multi = unsafe multi
  }

  deinit {
    unsafe curl_easy_cleanup(easy)
    unsafe curl_multi_cleanup(multi)
  }

  /// Makes `sleep`, or a transfer's wait for its socket, return. From any thread.
  func wakeUp() { unsafe _ = curl_multi_wakeup(multi) }

  /// Until `wakeUp`, or for a while.
  func sleep(milliseconds: Int32 = 60_000) { unsafe _ = curl_multi_poll(multi, nil, 0, milliseconds, nil) }

  /// Runs a transfer from beginning to end on this thread. Connections of earlier transfers are used again.
  ///
  /// - Throws: `HTTPError`, or `CancellationError` soon after `transfer.cancellation` was set.
  func perform(_ transfer: Transfer) throws -> HTTPResponse {
    let options = unsafe try TransferOptions(transfer, on: easy)
    defer {
      // Keeps the connections and drops every option, borrowed buffers among them: curl_easy_reset(3).
      unsafe curl_easy_reset(easy)
      extendLifetime(options)
    }
    guard unsafe curl_multi_add_handle(multi, easy) == CURLM_OK else {
      throw HTTPError(.system, "libcurl refuses another transfer.")
    }
    // A transfer that is removed before its end takes its connection with it.
    defer { unsafe _ = curl_multi_remove_handle(multi, easy) }
    while try advance() {
      if transfer.cancellation.isSet { throw CancellationError() }
      if let failure = transfer.failure { throw failure }
      let patience = try transfer.patience(wasSent: wasSent)
      unsafe _ = curl_multi_poll(multi, nil, 0, patience, nil)
    }
    return try outcome(of: transfer, detail: options.errorText)
  }

  /// False when the transfer has ended.
  private func advance() throws(HTTPError) -> Bool {
    var running: Int32 = 0
    guard unsafe curl_multi_perform(multi, &running) == CURLM_OK else {
      throw HTTPError(.system, "libcurl gave the transfer up.", wasSent: wasSent, isTransient: true)
    }
    return running > 0
  }

  private func outcome(of transfer: Transfer, detail: String) throws -> HTTPResponse {
    if transfer.cancellation.isSet { throw CancellationError() }
    var left: Int32 = 0
    guard let message = unsafe curl_multi_info_read(multi, &left) else {
      throw HTTPError(.system, "libcurl lost a transfer.", wasSent: wasSent)
    }
    let result = unsafe message.pointee.data.result
    if var failure = transfer.failure {
      failure.wasSent = wasSent
      throw failure
    }
    guard result == CURLE_OK else {
      throw HTTPError(result, detail: detail, target: transfer.target, wasSent: wasSent)
    }
    return transfer.response(
      newConnections: number(CURLINFO_NUM_CONNECTS),
      isHTTP2: number(CURLINFO_HTTP_VERSION) == Int(CURL_HTTP_VERSION_2_0), redirect: redirectURL)
  }

  /// Whether a byte of the request was given to the network.
  private var wasSent: Bool { number(CURLINFO_REQUEST_SIZE) > 0 }

  private func number(_ info: CURLINFO) -> Int {
    var value = 0
    unsafe _ = ccurl_get_long(easy, info, &value)
    return value
  }

  private var redirectURL: String? {
    var text: UnsafePointer<CChar>?
    unsafe _ = ccurl_get_string(easy, CURLINFO_REDIRECT_URL, &text)
    return unsafe text.map { unsafe String(cString: $0) }
  }
}

/// `curl_global_init`, once a process.
private enum CurlLibrary {
  static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
