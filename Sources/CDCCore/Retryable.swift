/// An error that knows whether trying again can help: a lost connection yes, a refused password no.
public protocol Retryable: Error {
  var isRetryable: Bool { get }
}

extension CDCError: Retryable {}
