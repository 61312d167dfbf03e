/// What can go wrong between this client and a PostgreSQL server: what happened, where, and what the user may do
/// about it. Passwords and row values never appear in `description`.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
  /// Extensible: match with `==`, never exhaustively.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }

    /// The connection string, or a setting derived from it, cannot be used.
    public static let invalidConnectionString = Code("invalid_connection_string")
    /// No connection came about: no server there, or it refused.
    public static let connectionFailed = Code("connection_failed")
    /// An established connection broke.
    public static let connectionLost = Code("connection_lost")
    /// The connection was closed by this side, or gave up earlier.
    public static let connectionClosed = Code("connection_closed")
    /// A COPY or a replication stream still occupies the connection.
    public static let connectionBusy = Code("connection_busy")
    /// The server did not answer in time.
    public static let timeout = Code("timeout")
    /// The server answered with an error; see `sqlState`.
    public static let server = Code("server")
    /// Bytes or an answer that the protocol does not allow.
    public static let protocolViolation = Code("protocol_violation")
    /// The server's version or settings lack what was asked for.
    public static let unsupported = Code("unsupported")
    /// This machine failed: no thread, no file, no memory.
    public static let system = Code("system")
  }

  public var code: Code
  /// A whole sentence; of a server's error its primary message.
  public var message: String
  /// Five characters, of a server's error. Source: PostgreSQL manual, "PostgreSQL Error Codes".
  public var sqlState: String?
  /// `ERROR`, `FATAL` or `PANIC`, never localised.
  public var severity: String?
  /// The server's detail. It may quote values, so `description` has it only where it cannot.
  public var detail: String?
  /// The server's hint.
  public var hint: String?
  /// Where the server says that it was ("COPY t, line 1"). May quote values.
  public var context: String?
  /// The schema, table, column and constraint that the server names.
  public var schema: String?
  public var table: String?
  public var column: String?
  public var constraint: String?
  /// What the client was doing.
  public var operation: String?
  public var underlying: (any Error)?
  private var retryable: Bool?

  public init(
    _ code: Code, _ message: String, sqlState: String? = nil, hint: String? = nil,
    operation: String? = nil, isRetryable: Bool? = nil, underlying: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.sqlState = sqlState
    self.hint = hint
    self.operation = operation
    self.underlying = underlying
    self.retryable = isRetryable
  }

  /// Whether the same call may succeed later without anyone changing anything.
  public var isRetryable: Bool {
    get { retryable ?? (sqlState.map(Self.isRetryable(sqlState:)) ?? Self.isRetryable(code)) }
    set { retryable = newValue }
  }

  /// The replication slot is held by another connection: it may be free soon (`object_in_use`).
  public var isObjectInUse: Bool { sqlState == "55006" }

  private static func isRetryable(_ code: Code) -> Bool {
    code == .connectionFailed || code == .connectionLost || code == .timeout
  }

  /// Class 08 (connection), 53 (resources), 57P01 to 57P05 (shutdown, recovery), 40001 and 40P01 (serialisation,
  /// deadlock), 55006 (in use), 55P03 (lock not available), 58030 (I/O).
  static func isRetryable(sqlState: String) -> Bool {
    if sqlState.hasPrefix("08") { return sqlState != "08P01" }
    if sqlState.hasPrefix("53") || sqlState.hasPrefix("57P") { return sqlState != "57P04" }
    return ["40001", "40P01", "55006", "55P03", "58030"].contains(sqlState)
  }

  public var description: String {
    var text = ""
    if let operation { text += "\(operation): " }
    text += quotesValues ? withoutTrailingQuote(message) : message
    let place = [
      sqlState.map { "SQLSTATE \($0)" },
      table.map { "table \(schema.map { $0 + "." } ?? "")\($0)" },
      column.map { "column \($0)" },
      constraint.map { "constraint \($0)" },
    ].compactMap(\.self).joined(separator: ", ")
    if !place.isEmpty { text += " (\(place))" }
    if let detail, !quotesValues { text += "\n  detail: \(detail)" }
    if let hint { text += "\n  hint: \(hint)" }
    if let advice { text += "\n  what to do: \(advice)" }
    if let underlying { text += "\n  cause: \(underlying)" }
    return text
  }

  /// Data exceptions and constraint violations quote the offending value.
  private var quotesValues: Bool {
    sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") } ?? false
  }

  private func withoutTrailingQuote(_ message: String) -> String {
    guard message.hasSuffix("\""), let colon = message.firstRange(of: ": \"") else { return message }
    return String(message[..<colon.lowerBound])
  }
}

extension PostgresError {
  /// What a user can do about the errors that setting up replication meets.
  public var advice: String? {
    switch sqlState {
    case "28P01", "28000":
      "Check the user, its password (in the URL, PGPASSWORD or ~/.pgpass) and the server's pg_hba.conf."
    case "3D000": "Check the database's name in the connection string."
    case "53300": "Raise max_connections on the server, or use fewer readers."
    case "53400":
      "Raise max_replication_slots and max_wal_senders on the server, or drop slots that nobody uses "
        + "(SELECT * FROM pg_replication_slots)."
    case "42501":
      "Give the user what the server asks for; replication needs the attribute REPLICATION "
        + "(ALTER ROLE … REPLICATION) and SELECT on the published tables."
    case "55006":
      "Another process is reading the slot: stop it, or wait until the server notices that it has gone "
        + "(wal_sender_timeout)."
    case "55000" where message.contains("wal_level"):
      "Set wal_level = logical in postgresql.conf and restart the server."
    case "57P03": "The server is starting, stopping or recovering: try again shortly."
    default: nil
    }
  }
}
