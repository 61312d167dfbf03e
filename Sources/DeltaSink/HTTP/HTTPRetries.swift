package import CDCCore

/// How often a request is tried again, and for how long at most.
package struct HTTPRetries: Sendable {
  package var policy: RetryPolicy
  /// No try begins later than that after the first.
  package var longest: Duration

  package init(
    policy: RetryPolicy = RetryPolicy(
      attempts: 8, firstDelay: .milliseconds(250), longestDelay: .seconds(20)),
    longest: Duration = .seconds(300)
  ) {
    self.policy = policy
    self.longest = longest
  }

  package static let never = HTTPRetries(policy: .never)
}

/// The tries of one request.
struct RetryCount {
  private let retries: HTTPRetries
  private let start = ContinuousClock.now
  private var attempt = 1

  init(_ retries: HTTPRetries) { self.retries = retries }

  /// Nil where the answer stands.
  mutating func pause(after response: HTTPResponse, to request: HTTPRequest) -> Duration? {
    let mayHelp =
      switch (response.status, request.repeats) {
      case (_, .never): false
      // The server turned it away.
      case (429, _), (503, _): true
      // Somebody between here and there does not know what became of it.
      case (408, .always), (500, .always), (502, .always), (504, .always): true
      default: false
      }
    return mayHelp ? pause(atLeast: RetryAfter.delay(in: response)) : nil
  }

  /// Nil where the error stands.
  mutating func pause(after error: HTTPError, of request: HTTPRequest) -> Duration? {
    let mayRepeat =
      switch request.repeats {
      case .never: false
      case .ifNotSent: !error.wasSent
      case .always: true
      }
    return error.isTransient && mayRepeat ? pause(atLeast: .zero) : nil
  }

  private mutating func pause(atLeast wanted: Duration) -> Duration? {
    guard attempt < retries.policy.attempts else { return nil }
    attempt += 1
    // The jitter comes on top: callers that were all told "2 seconds" shall not come back together.
    let pause = wanted + retries.policy.delay(before: attempt)
    return .now - start + pause <= retries.longest ? pause : nil
  }
}
