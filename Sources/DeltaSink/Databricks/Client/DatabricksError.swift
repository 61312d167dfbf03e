public import CDCCore

/// What a workspace, a warehouse or the way there can refuse: what happened, what the server calls it, and what may be
/// done. Carries no values of rows and no secrets.
public struct DatabricksError: Retryable, Sendable, CustomStringConvertible {
  /// Extensible: match with `==`, never exhaustively.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }

    /// No credentials, or the workspace does not accept them (401).
    public static let unauthenticated = Code("unauthenticated")
    /// The principal lacks a right (403, or a statement's INSUFFICIENT_PERMISSIONS).
    public static let permissionDenied = Code("permission_denied")
    public static let notFound = Code("not_found")
    public static let alreadyExists = Code("already_exists")
    /// The workspace refuses the request itself (400), or it was refused here before it was sent.
    public static let invalidRequest = Code("invalid_request")
    /// Too many requests (429), for longer than the retries last.
    public static let rateLimited = Code("rate_limited")
    /// The workspace or the warehouse cannot answer now (5xx).
    public static let unavailable = Code("unavailable")
    /// No connection, or it broke before the request can have had an effect.
    public static let network = Code("network")
    /// The request was sent and its answer never came: it may have had its effect, or may still have.
    public static let answerLost = Code("answer_lost")
    /// A statement ended as FAILED; `errorCode` and `sqlState` say why.
    public static let statementFailed = Code("statement_failed")
    /// A statement was cancelled, by this task or by someone else.
    public static let statementCanceled = Code("statement_canceled")
    /// A statement ended as CLOSED: its result can no longer be had.
    public static let statementClosed = Code("statement_closed")
    /// A concurrent commit to the same table won; the same statement may succeed when run again.
    public static let concurrentModification = Code("concurrent_modification")
    /// The answer is not what the documentation says it is.
    public static let invalidAnswer = Code("invalid_answer")
    /// The settings cannot be right: host, profile, credentials.
    public static let configuration = Code("configuration")
  }

  public var code: Code
  /// A whole sentence that says what to do.
  public var message: String
  public var httpStatus: Int?
  /// Databricks' `error_code` of a REST call, or the error class of a statement: `TABLE_OR_VIEW_NOT_FOUND`.
  public var errorCode: String?
  public var sqlState: String?
  public var statementID: String?
  /// The same call may succeed later without anybody changing anything.
  public var isRetryable: Bool
  public var underlying: (any Error)?

  public init(
    _ code: Code, _ message: String, httpStatus: Int? = nil, errorCode: String? = nil,
    sqlState: String? = nil,
    statementID: String? = nil, isRetryable: Bool = false, underlying: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.httpStatus = httpStatus
    self.errorCode = errorCode
    self.sqlState = sqlState
    self.statementID = statementID
    self.isRetryable = isRetryable
    self.underlying = underlying
  }

  public var description: String {
    let context = [
      errorCode, sqlState.map { "SQLSTATE \($0)" }, httpStatus.map { "HTTP \($0)" },
      statementID.map { "statement \($0)" },
    ].compactMap(\.self).joined(separator: ", ")
    return message + (context.isEmpty ? "" : " (\(context))") + (underlying.map { "\n  cause: \($0)" } ?? "")
  }
}
