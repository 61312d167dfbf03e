internal import CLibpq

/// How a server's error becomes a `PostgresError`. Source: PostgreSQL manual, "PQresultErrorField".
extension PostgresError {
  /// Nil where the result carries no error or notice.
  init?(result: OpaquePointer?, operation: String? = nil) {
    func field(_ code: Int32) -> String? {
      unsafe PQresultErrorField(result, code).map { unsafe String(cString: $0) }
    }
    guard let message = field(diagnostic("M")) else { return nil }
    self.init(.server, message, sqlState: field(diagnostic("C")), operation: operation)
    severity = field(diagnostic("V")) ?? field(diagnostic("S"))
    detail = field(diagnostic("D"))
    hint = field(diagnostic("H"))
    context = field(diagnostic("W"))
    schema = field(diagnostic("s"))
    table = field(diagnostic("t"))
    column = field(diagnostic("c"))
    constraint = field(diagnostic("n"))
  }

  /// Of a failed connection libpq has only text. It is asked for with verbosity, where a server's own error reads
  /// `FATAL:  28P01: password authentication failed …` and ends with a `LOCATION:` line.
  static func connectFailure(_ text: String) -> PostgresError {
    var lines = text.split(separator: "\n").map(String.init)
    lines.removeAll { $0.hasPrefix("LOCATION:") }
    var sqlState: String?
    for index in lines.indices {
      guard let mark = lines[index].firstRange(of: ":  ") else { continue }
      let rest = lines[index][mark.upperBound...]
      let candidate = rest.prefix(5)
      guard candidate.utf8.count == 5, rest.dropFirst(5).hasPrefix(": "),
        candidate.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) })
      else { continue }
      sqlState = String(candidate)
      lines[index].replaceSubrange(mark.upperBound..<rest.index(mark.upperBound, offsetBy: 7), with: "")
    }
    let message = lines.joined(separator: "\n  ")
    return PostgresError(
      .connectionFailed, message.isEmpty ? "the server gave no reason" : message, sqlState: sqlState,
      operation: "connecting to PostgreSQL",
      isRetryable: sqlState.map { $0 == "3D000" ? false : isRetryable(sqlState: $0) } ?? true)
  }
}

private func diagnostic(_ letter: Unicode.Scalar) -> Int32 { Int32(letter.value) }
