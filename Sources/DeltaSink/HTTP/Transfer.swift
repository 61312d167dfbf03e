internal import Synchronization

/// Set from any thread, read by the one that runs the transfer.
final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)
  var isSet: Bool { flag.load(ordering: .acquiring) }
  func set() { flag.store(true, ordering: .releasing) }
}

/// One transfer under way: what libcurl's callbacks read from and write to. Used by one thread at a time.
final class Transfer: @unchecked Sendable {
  let request: HTTPRequest
  let url: HTTPURL
  let certificateAuthorities: String?
  let cancellation: Cancellation
  let body: BodyReader
  /// What went wrong in a callback, which can only tell libcurl that something did.
  private(set) var failure: HTTPError?

  private var status = 0
  private var headers: [(name: String, value: String)] = []
  private var headerBytes = 0
  private var answer: [UInt8] = []
  private let start = ContinuousClock.now
  private var lastProgress = ContinuousClock.now
  private var bytesMoved = 0

  init(_ request: HTTPRequest, certificateAuthorities: String?, cancellation: Cancellation) throws(HTTPError)
  {
    self.request = request
    url = try HTTPURL(request.url)
    self.certificateAuthorities = certificateAuthorities
    self.cancellation = cancellation
    body = try BodyReader(request.body)
  }

  var target: String { request.summary }

  // MARK: Callbacks

  /// Nil where the transfer must end.
  func readBody(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    do throws(HTTPError) {
      return try unsafe body.read(into: buffer)
    } catch {
      failure = error
      return nil
    }
  }

  /// False where the body has begun to go out and must not go out twice.
  func seekBody(to offset: Int) -> Bool {
    if body.hasBegun && request.repeats != .always { return false }
    return body.seek(to: offset)
  }

  /// A line of the head, line end included. Each response begins anew with a status line, interim ones too.
  func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= 1 << 20 else {
      failure = HTTPError(.answerTooLarge, "\(target) was answered with more than 1 MiB of headers.")
      return false
    }
    let text = unsafe String(decoding: line, as: UTF8.self).trimmingSpace
    if text.hasPrefix("HTTP/") {
      status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      headers = []
    } else if let colon = text.firstIndex(of: ":") {
      headers.append((String(text[..<colon]), String(text[text.index(after: colon)...]).trimmingSpace))
    }
    return true
  }

  func takeAnswer(_ part: UnsafeRawBufferPointer) -> Bool {
    guard answer.count + part.count <= request.answerLimit else {
      failure = HTTPError(
        .answerTooLarge, "\(target) was answered with more than \(request.answerLimit) bytes.")
      return false
    }
    unsafe answer.append(contentsOf: part)
    return true
  }

  func noteProgress(_ bytes: Int) {
    guard bytes != bytesMoved else { return }
    bytesMoved = bytes
    lastProgress = .now
  }

  // MARK: Time

  /// The milliseconds until something may have to be given up.
  func patience(wasSent: Bool) throws(HTTPError) -> Int32 {
    let timeouts = request.timeouts
    var left = timeouts.stalled - (.now - lastProgress)
    guard left > .zero else {
      throw HTTPError(
        .timeout, "\(target) stood still for \(timeouts.stalled) and was given up.", wasSent: wasSent,
        isTransient: true)
    }
    if let whole = timeouts.whole {
      left = min(left, whole - (.now - start))
      guard left > .zero else {
        throw HTTPError(
          .timeout, "\(target) took longer than \(whole) and was given up.", wasSent: wasSent,
          isTransient: true)
      }
    }
    return Int32(clamping: min(left.wholeMilliseconds + 1, 1000))
  }

  // MARK: The end

  func response(newConnections: Int, isHTTP2: Bool, redirect: String?) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: headers, body: answer, majorVersion: isHTTP2 ? 2 : 1,
      newConnections: newConnections, redirect: redirect)
  }
}

extension String {
  /// Without white space at either end.
  var trimmingSpace: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}

extension Duration {
  var wholeMilliseconds: Int {
    let parts = components
    return Int(clamping: parts.seconds.multipliedReportingOverflow(by: 1000).partialValue)
      + Int(parts.attoseconds / 1_000_000_000_000_000)
  }
}
