internal import ArgumentParser
internal import CDCCore
internal import DeltaSink
internal import PGWire

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What the user did or set cannot work: exit code 2.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A check or a verification came out badly; its report is already on stdout: exit code 3.
struct CheckFailed: Error {}

/// How an error ends the command: one paragraph on stderr and an exit code (DESIGN §8).
struct Failure {
  let exitCode: Int32
  /// Nil where nothing remains to be said.
  let paragraph: String?
  /// Help and version texts are results, not failures.
  let isResult: Bool

  init(_ error: any Error) {
    self = Self.describe(error)
  }

  private init(_ exitCode: Int32, _ paragraph: String?, isResult: Bool = false) {
    self.exitCode = exitCode
    self.paragraph = paragraph
    self.isResult = isResult
  }

  private static func describe(_ error: any Error) -> Failure {
    switch error {
    case is CheckFailed: return Failure(3, nil)
    case let error as UsageError: return Failure(2, error.description)
    case let error as CDCError:
      // What passes by itself, such as a slot in use, is no fault of the settings.
      return Failure(error.code == .configuration && !error.isRetryable ? 2 : 1, text(of: error))
    case let error as DatabricksError:
      return Failure(error.code == .configuration ? 2 : 1, text(of: error))
    case is CancellationError:
      return Failure(1, "Stopped before the work was done. Run the same command again to go on.")
    default: break
    }
    // ArgumentParser wraps its own errors: its usage errors exit with 64, ours with 2.
    let code = CDCCommand.exitCode(for: error)
    if code == .success { return Failure(0, CDCCommand.fullMessage(for: error), isResult: true) }
    if code == .validationFailure { return Failure(2, CDCCommand.fullMessage(for: error)) }
    if let exit = error as? ExitCode { return Failure(exit.rawValue, nil) }
    return Failure(1, "\(error)")
  }

  /// What to do about it stands in the error; of its cause only what the server said is news.
  static func text(of error: any Error) -> String {
    if var error = error as? DatabricksError {
      error.underlying = nil
      return "\(error)"
    }
    guard var error = error as? CDCError, let cause = error.underlying as? PostgresError else {
      return "\(error)"
    }
    error.underlying = nil
    let state = cause.sqlState.map { " (SQLSTATE \($0))" } ?? ""
    // Data exceptions and constraint violations quote values.
    if let kind = cause.sqlState?.prefix(2), "22 23".contains(kind) {
      return "\(error)\(state)"
    }
    return "\(error) The server said: \(cause.message)\(state)."
  }

  func report() -> Never {
    if let paragraph {
      isResult ? Terminal.print(paragraph) : Terminal.printError(Self.format(paragraph))
    }
    exit(exitCode)
  }

  /// One paragraph, whatever a cause deeper down looks like; usage lines of the parser stay lines.
  static func format(_ text: String) -> String {
    if text.contains("Usage:") { return text }
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return "cdc: \(words)"
  }
}
