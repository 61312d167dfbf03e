internal import CDCCore
package import Logging

/// Sends requests over connections that are kept and used again, at most `connections` at a time.
///
/// Certificates are always verified. Plain http is for loopback addresses alone. Redirects of GET and HEAD
/// (and 307 and 308 of anything) are followed; credentials stay with the host that they are for.
package final class HTTPClient: Sendable {
  private let pool: TransferPool
  private let certificateAuthorities: String?
  private let retries: HTTPRetries
  private let logger: Logger

  /// - Parameter certificateAuthorities: a file of PEM certificates to trust instead of the system's.
  package init(
    connections: Int = 8, certificateAuthorities: String? = nil, retries: HTTPRetries = HTTPRetries(),
    logger: Logger = Logger(label: "http")
  ) {
    pool = TransferPool(limit: connections)
    self.certificateAuthorities = certificateAuthorities
    self.retries = retries
    self.logger = logger
  }

  deinit { pool.stop() }

  /// The answer, whatever its status; after as many tries as `retries` and `request.repeats` allow.
  ///
  /// - Throws: `HTTPError` where there is no answer, `CancellationError`.
  package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    var attempts = RetryCount(retries)
    while true {
      let pause: Duration
      do {
        let response = try await follow(request)
        guard let next = attempts.pause(after: response, to: request) else { return response }
        pause = next
        log("HTTP \(response.status)", request, pause)
      } catch let error as HTTPError {
        guard let next = attempts.pause(after: error, of: request) else { throw error }
        pause = next
        log(error.message, request, pause)
      }
      try await Task.sleep(for: pause)
    }
  }

  private func follow(_ request: HTTPRequest) async throws -> HTTPResponse {
    var request = request
    for _ in 0...5 {
      let response = try await perform(request)
      guard let target = response.redirect, Self.isFollowed(response.status, request.method) else {
        return response
      }
      let (from, to) = (try HTTPURL(request.url), try Self.redirectTarget(target, of: request))
      if from.origin != to.origin { request.authorization = nil }
      request.url = target
    }
    throw HTTPError(.redirectRefused, "\(request.method) was redirected more than five times.")
  }

  private func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
    let transfer = try Transfer(
      request, certificateAuthorities: certificateAuthorities, cancellation: Cancellation())
    return try await pool.run(transfer)
  }

  private static func isFollowed(_ status: Int, _ method: String) -> Bool {
    switch status {
    case 301, 302, 303: method == "GET" || method == "HEAD"
    case 307, 308: true
    default: false
    }
  }

  private static func redirectTarget(_ target: String, of request: HTTPRequest) throws(HTTPError) -> HTTPURL {
    let from = try HTTPURL(request.url)
    let to: HTTPURL
    do { to = try HTTPURL(target) } catch {
      throw HTTPError(
        .redirectRefused, "\(request.summary) was redirected to where it must not go. \(error)"
      )
    }
    guard from.scheme == to.scheme || to.scheme == "https" else {
      throw HTTPError(
        .redirectRefused, "\(request.summary) was redirected from https to http.")
    }
    return to
  }

  private func log(_ reason: String, _ request: HTTPRequest, _ pause: Duration) {
    logger.debug("\(request.summary): \(reason); again in \(pause.wholeMilliseconds) ms")
  }
}
