/// How often, and after which pauses, work that failed with a `Retryable` error is tried again.
///
/// Pauses have full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): each is drawn evenly from
/// zero to a bound that doubles with every attempt.
public struct RetryPolicy: Sendable, Hashable {
  /// Tries in a row without progress, the first included.
  public var attempts: Int
  public var firstDelay: Duration
  public var longestDelay: Duration

  public init(
    attempts: Int = 10, firstDelay: Duration = .milliseconds(250),
    longestDelay: Duration = .seconds(30)
  ) {
    self.attempts = attempts
    self.firstDelay = firstDelay
    self.longestDelay = longestDelay
  }

  public static let never = RetryPolicy(attempts: 1)

  /// The pause before the attempt of that number; the first is 1.
  public func delay(before attempt: Int) -> Duration {
    guard attempt > 1 else { return .zero }
    let bound = min(firstDelay * (1 << min(attempt - 2, 20)), longestDelay)
    return bound * Double.random(in: 0...1)
  }
}
