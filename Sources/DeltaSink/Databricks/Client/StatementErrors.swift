/// How the end of a statement becomes a `DatabricksError`.
extension DatabricksError {
  /// A statement that ended otherwise than as SUCCEEDED.
  init(endOf answer: StatementAnswer, hiding secrets: [Secret]) {
    switch answer.state {
    case "FAILED": self.init(failed: answer, hiding: secrets)
    case "CANCELED":
      self.init(.statementCanceled, "The statement was cancelled.", statementID: answer.id, isRetryable: true)
    case "CLOSED":
      self.init(
        .statementClosed, "The statement has run, but its result can no longer be had: it was closed.",
        statementID: answer.id)
    default:
      self.init(.invalidAnswer, "A statement is in a state that is not known.", statementID: answer.id)
    }
  }

  private init(failed answer: StatementAnswer, hiding secrets: [Secret]) {
    let text = ServerText.tidy(answer.message, hiding: secrets)
    let errorClass = Self.errorClass(in: text)
    let sqlState = answer.sqlState ?? Self.sqlState(in: text)
    let code = Code(errorClass: errorClass, sqlState: sqlState, message: text)
    // These quote the value that could not be cast, the row that broke a constraint …
    let quotesRows = sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false
    let message =
      quotesRows
      ? "A statement failed on its data. The server's words may quote rows: find them in the workspace's query history."
      : text.isEmpty ? "A statement failed." : text
    self.init(
      code, message, errorCode: errorClass ?? answer.errorCode, sqlState: sqlState, statementID: answer.id,
      isRetryable: code == .concurrentModification || Self.transient.contains(answer.errorCode ?? ""))
  }

  /// Of the API's own error codes, those that speak of the service and not of the statement.
  private static let transient: Set<String> = [
    "TEMPORARILY_UNAVAILABLE", "SERVICE_UNDER_MAINTENANCE", "WORKSPACE_TEMPORARILY_UNAVAILABLE",
    "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "INTERNAL_ERROR", "IO_ERROR",
  ]

  /// `[TABLE_OR_VIEW_NOT_FOUND] The table …` begins with the class, sub-classes after a dot.
  static func errorClass(in message: String) -> String? {
    guard let open = message.firstIndex(of: "["), let close = message[open...].firstIndex(of: "]") else {
      return nil
    }
    let name = message[message.index(after: open)..<close]
    guard let first = name.utf8.first, (0x41...0x5A).contains(first),
      name.utf8.allSatisfy({
        (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
          || $0 == UInt8(ascii: ".")
      })
    else { return nil }
    return String(name)
  }

  /// `… SQLSTATE: 42P01`.
  static func sqlState(in message: String) -> String? {
    guard let marker = message.firstRange(of: "SQLSTATE: ") else { return nil }
    let state = message[marker.upperBound...].prefix(5)
    return state.count == 5 && state.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) })
      ? String(state) : nil
  }
}

extension DatabricksError.Code {
  fileprivate init(errorClass: String?, sqlState: String?, message: String) {
    let name = errorClass.map { String($0.prefix { $0 != "." }) } ?? ""
    if sqlState == "2D521" || Self.conflicts.contains(name) || name.hasPrefix("DELTA_CONCURRENT_") {
      self = .concurrentModification
    } else if errorClass == nil, Self.conflictExceptions.contains(where: { message.contains($0) }) {
      self = .concurrentModification
    } else if sqlState == "42501" || name.hasPrefix("INSUFFICIENT_P") || name == "PERMISSION_DENIED" {
      self = .permissionDenied
    } else if name.hasSuffix("_NOT_FOUND"), sqlState.map({ $0.hasPrefix("42") }) ?? true {
      self = .notFound
    } else if name.hasSuffix("_ALREADY_EXISTS") {
      self = .alreadyExists
    } else {
      self = .statementFailed
    }
  }

  /// SQLSTATE 2D521 of the documentation's error conditions, should a server leave the state out.
  private static let conflicts: Set<String> = ["DELTA_METADATA_CHANGED", "DELTA_PROTOCOL_CHANGED"]

  /// Delta's exceptions, as runtimes without error classes name them.
  private static let conflictExceptions = [
    "ConcurrentAppendException", "ConcurrentDeleteReadException", "ConcurrentDeleteDeleteException",
    "ConcurrentTransactionException", "ConcurrentWriteException", "MetadataChangedException",
    "ProtocolChangedException",
  ]
}
