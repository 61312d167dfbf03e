internal import CCurl

/// Turns a request into libcurl's options, and owns what libcurl only borrows: the header list and the buffer for
/// its error text. Must live until the transfer has ended.
@safe
final class TransferOptions {
  private let easy: UnsafeMutableRawPointer
  private var headers: UnsafeMutablePointer<curl_slist>?
  private let errorBuffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  init(_ transfer: Transfer, on easy: UnsafeMutableRawPointer) throws(HTTPError) {
    unsafe self.easy = unsafe easy
    unsafe errorBuffer.initialize(repeating: 0)
    let request = transfer.request
    try set(CURLOPT_URL, request.url)
    try set(CURLOPT_CUSTOMREQUEST, request.method)
    try check(unsafe ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorBuffer.baseAddress))
    try setConnection(transfer)
    try setBody(transfer)
    try setHeaders(request)
    try setCallbacks(transfer)
  }

  deinit {
    unsafe curl_slist_free_all(headers)
    unsafe errorBuffer.deallocate()
  }

  /// What libcurl says went wrong, without a closing full stop.
  var errorText: String {
    guard let start = unsafe errorBuffer.baseAddress else { return "" }
    let text = unsafe String(cString: start)
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  private func setConnection(_ transfer: Transfer) throws(HTTPError) {
    try set(CURLOPT_NOSIGNAL, 1)
    try set(CURLOPT_TCP_KEEPALIVE, 1)
    // HTTP/2 where TLS offers it; plain connections speak HTTP/1.1.
    try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    try set(CURLOPT_PATH_AS_IS, 1)
    try set(CURLOPT_SSL_VERIFYPEER, 1)
    try set(CURLOPT_SSL_VERIFYHOST, 2)
    try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let path = transfer.certificateAuthorities { try set(CURLOPT_CAINFO, path) }
    // A proxy is for others' hosts: what is meant for this machine stays on it.
    if transfer.url.isLoopback { try set(CURLOPT_PROXY, "") }
    try set(CURLOPT_CONNECTTIMEOUT_MS, transfer.request.timeouts.connect.wholeMilliseconds)
    // libcurl sends a request again by itself when a used connection turns out to be dead. A body that must not be
    // sent twice says so when it is to be rewound; without a body only a fresh connection is safe.
    if transfer.request.repeats != .always && transfer.body.count == 0 { try set(CURLOPT_FRESH_CONNECT, 1) }
  }

  private func setBody(_ transfer: Transfer) throws(HTTPError) {
    let request = transfer.request
    switch request.method {
    case "GET", "DELETE": try set(CURLOPT_HTTPGET, 1)
    case "HEAD": try set(CURLOPT_NOBODY, 1)
    default:
      try set(CURLOPT_UPLOAD, 1)
      try check(
        unsafe ccurl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(transfer.body.count)))
      try set(CURLOPT_UPLOAD_BUFFERSIZE, 512 * 1024)
    }
    try set(CURLOPT_CUSTOMREQUEST, request.method)
    try set(CURLOPT_ACCEPT_ENCODING, "")
  }

  private func setHeaders(_ request: HTTPRequest) throws(HTTPError) {
    // Without this, libcurl waits a second for a "100 Continue" that few servers send.
    var lines = ["Expect:"]
    lines += request.headers.map { "\($0.name): \($0.value)" }
    if let authorization = request.authorization { lines.append("Authorization: \(authorization.value)") }
    for line in lines {
      guard line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
        throw HTTPError(.invalidRequest, "A header holds a control character.")
      }
      guard let longer = unsafe curl_slist_append(headers, line) else {
        throw HTTPError(.system, "There is no memory for the headers.")
      }
      unsafe headers = unsafe longer
    }
    try check(unsafe ccurl_set_list(easy, CURLOPT_HTTPHEADER, headers))
  }

  private func setCallbacks(_ transfer: Transfer) throws(HTTPError) {
    let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
    try check(unsafe ccurl_set_transfer(easy, CURLOPT_READFUNCTION, readBody))
    try check(unsafe ccurl_set_pointer(easy, CURLOPT_READDATA, context))
    try check(unsafe ccurl_set_seek(easy, seekBody))
    try check(unsafe ccurl_set_pointer(easy, CURLOPT_SEEKDATA, context))
    try check(unsafe ccurl_set_transfer(easy, CURLOPT_HEADERFUNCTION, takeHeader))
    try check(unsafe ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context))
    try check(unsafe ccurl_set_transfer(easy, CURLOPT_WRITEFUNCTION, takeAnswer))
    try check(unsafe ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context))
    try set(CURLOPT_NOPROGRESS, 0)
    try check(unsafe ccurl_set_progress(easy, noteProgress))
    try check(unsafe ccurl_set_pointer(easy, CURLOPT_XFERINFODATA, context))
  }

  private func set(_ option: CURLoption, _ value: Int) throws(HTTPError) {
    try check(unsafe ccurl_set_long(easy, option, value))
  }

  private func set(_ option: CURLoption, _ value: String) throws(HTTPError) {
    try check(unsafe ccurl_set_string(easy, option, value))
  }

  private func check(_ result: CURLcode) throws(HTTPError) {
    guard result == CURLE_OK else {
      throw HTTPError(result, detail: "", target: "Preparing a request", wasSent: false)
    }
  }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
  unsafe context.map { unsafe Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

private func readBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let transfer = unsafe transfer(context), let bytes = unsafe bytes else {
    return Int(CURL_READFUNC_ABORT)
  }
  let buffer = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
  return unsafe transfer.readBody(into: buffer) ?? Int(CURL_READFUNC_ABORT)
}

private func seekBody(_ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
  guard let transfer = unsafe transfer(context), origin == 0, transfer.seekBody(to: Int(offset)) else {
    return Int32(CURL_SEEKFUNC_FAIL)
  }
  return Int32(CURL_SEEKFUNC_OK)
}

private func takeHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let transfer = unsafe transfer(context) else { return 0 }
  let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  return unsafe transfer.takeHeader(line) ? size * count : 0
}

private func takeAnswer(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let transfer = unsafe transfer(context) else { return 0 }
  let part = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  return unsafe transfer.takeAnswer(part) ? size * count : 0
}

private func noteProgress(
  _ context: UnsafeMutableRawPointer?, _: curl_off_t, _ downloaded: curl_off_t, _: curl_off_t,
  _ uploaded: curl_off_t
) -> Int32 {
  guard let transfer = unsafe transfer(context) else { return 1 }
  transfer.noteProgress(Int(downloaded) + Int(uploaded))
  return transfer.cancellation.isSet ? 1 : 0
}
