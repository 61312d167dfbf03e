internal import CLibpq

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A connection string as the user gave it, merged with what this library needs, and never printed with a secret.
///
/// Everything that libpq knows works: URLs, keyword strings, `PG*` variables, service files, `.pgpass`, TLS.
/// Source: PostgreSQL manual, "Connection Strings", "Parameter Key Words".
public struct ConnectionSettings: Sendable, CustomStringConvertible, CustomReflectable {
  /// By libpq's key words. What is not here comes from `PG*`, the service file, `.pgpass` and libpq's defaults.
  public private(set) var parameters: [String: String]
  /// How long connecting may take, with each host where there are several.
  public var timeout: Duration

  /// - Parameter conninfo: a URL, a keyword string, the plain name of a database, or empty.
  /// - Parameter overriding: win over what `conninfo` says.
  public init(_ conninfo: String = "", overriding: [String: String] = [:]) throws {
    parameters = try Self.parse(conninfo)
    for (keyword, value) in overriding { parameters[keyword] = value }
    let seconds = parameters["connect_timeout"].flatMap(Int.init) ?? 0
    timeout = .seconds(seconds > 0 ? max(seconds, 2) : 30)
  }

  public subscript(keyword: String) -> String? {
    get { parameters[keyword] }
    set { parameters[keyword] = newValue }
  }

  /// Where the string says nothing of it: a server that vanishes in the midst of a query or a COPY is found gone within
  /// about a minute and a half, where TCP alone would take hours. A service may have its own opinion, which these would
  /// override.
  var watchful: ConnectionSettings {
    guard parameters["service"] == nil, unsafe getenv("PGSERVICE") == nil else { return self }
    var settings = self
    let defaults = [
      "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "6",
      "tcp_user_timeout": "90000",
    ]
    settings.parameters.merge(defaults) { given, _ in given }
    return settings
  }

  /// Where the connection goes, for people: no password, no options.
  public var redacted: String {
    let user = parameters["user"].map { $0 + "@" } ?? ""
    let port = parameters["port"].map { ":" + $0 } ?? ""
    let host = parameters["host"] ?? parameters["hostaddr"] ?? ""
    return "postgresql://\(user)\(host)\(port)/\(parameters["dbname"] ?? "")"
  }

  public var description: String { redacted }
  public var customMirror: Mirror { Mirror(self, children: ["target": redacted]) }

  private static func parse(_ conninfo: String) throws -> [String: String] {
    let trimmed = String(
      conninfo.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    if trimmed.isEmpty { return [:] }
    if !trimmed.contains("=") && !trimmed.contains("://") { return ["dbname": trimmed] }
    var message: UnsafeMutablePointer<CChar>? = nil
    let options = unsafe PQconninfoParse(trimmed, &message)
    defer {
      unsafe PQconninfoFree(options)
      unsafe PQfreemem(message)
    }
    guard let options = unsafe options else {
      let text = unsafe message.map { unsafe String(cString: $0) } ?? ""
      throw PostgresError(
        .invalidConnectionString, "the connection string cannot be read: \(withoutQuotations(text))",
        hint: "Forms: postgresql://user@host:5432/dbname?sslmode=require, or host=… dbname=… user=…; "
          + "special characters in a URL are percent-encoded.")
    }
    var parameters: [String: String] = [:]
    var option = unsafe options
    while let keyword = unsafe option.pointee.keyword {
      if let value = unsafe option.pointee.val {
        parameters[unsafe String(cString: keyword)] = unsafe String(cString: value)
      }
      unsafe option += 1
    }
    return parameters
  }

  /// libpq quotes the part of the string that it could not read, which may hold the password, and in it quotation marks of
  /// its own: nothing between the first and the last is kept.
  private static func withoutQuotations(_ message: String) -> String {
    let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
    guard parts.count > 2, let first = parts.first, let last = parts.last else {
      return String(parts.first ?? "").filter { $0 != "\n" }
    }
    return "\(first)\"…\"\(last)".filter { $0 != "\n" }
  }
}
