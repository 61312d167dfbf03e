internal import CLibpq
public import Logging

/// A connection to a PostgreSQL server.
///
/// Calls run one after the other on a thread of the connection's own; awaiting them blocks no shared thread. A
/// cancelled task leaves its call within a moment, also when the server is silent, and the server is told to stop.
/// After `PostgresError.Code.connectionLost` the connection is of no more use: open another.
public actor PostgresConnection {
  nonisolated let executor: ConnectionExecutor
  nonisolated let handle: LibpqHandle
  /// Where the connection goes, without secrets.
  public nonisolated let settings: ConnectionSettings

  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

  private init(settings: ConnectionSettings, logger: Logger) throws(PostgresError) {
    executor = try ConnectionExecutor()
    handle = try LibpqHandle(logger: logger)
    self.settings = settings
  }

  /// Connects.
  ///
  /// - Parameter conninfo: a URL, a keyword string, or the name of a database; what it leaves out comes from `PG*`
  ///   variables, the service file, `.pgpass` and libpq's defaults.
  /// - Parameter parameters: more key words, which win: `["application_name": "cdc"]`.
  public static func connect(
    _ conninfo: String = "", parameters: [String: String] = [:],
    logger: Logger = Logger(label: "postgres")
  ) async throws -> PostgresConnection {
    try await connect(ConnectionSettings(conninfo, overriding: parameters), logger: logger)
  }

  /// Connects with settings that were read before.
  public static func connect(
    _ settings: ConnectionSettings, logger: Logger = Logger(label: "postgres")
  ) async throws -> PostgresConnection {
    let connection = try PostgresConnection(settings: settings, logger: logger)
    try await connection.establish()
    return connection
  }

  private func establish() async throws {
    var settings = settings.watchful
    if settings["fallback_application_name"] == nil { settings["fallback_application_name"] = "cdc" }
    settings["client_encoding"] = "UTF8"
    try await cancellable { [settings] handle in
      do { try handle.connect(settings) } catch {
        handle.finish()
        throw error
      }
    }
  }

  /// Runs `body` on the connection's thread; a cancellation of the task wakes it from its sleep in poll().
  func cancellable<R>(_ body: (LibpqHandle) throws -> R) async throws -> R {
    try await withTaskCancellationHandler {
      // A closure that did not mention self would run on the shared threads.
      assertIsolated()
      return try body(handle)
    } onCancel: {
      handle.wakeUp.signal()
    }
  }

  /// Closes the connection; what the server still does for it is rolled back.
  public func close() { handle.finish() }

  /// Runs one command and returns its rows in text form.
  ///
  /// - Parameter parameters: the values of `$1`, `$2` …, in text form. Without any, the simple protocol
  ///   is used, which a replication connection needs.
  @discardableResult
  public func query(_ sql: String, _ parameters: [String?] = []) async throws -> QueryResult {
    try await cancellable { try $0.run(sql, parameters: parameters, operation: "running a query") }
  }

  /// Runs a script of commands separated by semicolons, as one transaction unless it has its own.
  public func execute(_ script: String) async throws {
    _ = try await query(script)
  }

  // MARK: COPY

  /// Starts a `COPY … TO STDOUT`; its messages are read by `nextRows`.
  package func startCopyOut(_ sql: String) async throws {
    try await cancellable { try $0.startCopy(sql, direction: .copyOut, operation: "starting COPY TO STDOUT") }
  }

  /// Hands messages to `handler`, on the connection's thread, until it pauses (true) or none are left (false).
  package func nextRows<Handler: CopyOutHandler>(into handler: inout Handler) async throws -> Bool {
    try await withTaskCancellationHandler {
      assertIsolated()
      return try handle.copyRows(into: &handler, operation: "reading COPY TO STDOUT")
    } onCancel: {
      handle.wakeUp.signal()
    }
  }

  /// Runs a `COPY … TO STDOUT` and folds its messages into `state`, on the connection's thread.
  public func copyOut<State: Sendable>(
    _ sql: String, into state: inout State,
    _ body: @escaping @Sendable (inout State, RawSpan) throws -> Void
  ) async throws {
    try await startCopyOut(sql)
    var folder = CopyFolder(state: state, body: body)
    _ = try await nextRows(into: &folder)
    state = folder.state
  }

  /// Runs a `COPY … FROM STDIN` with the chunks given, which need not end where rows end.
  ///
  /// - Returns: the command tag, `COPY 1000`.
  @discardableResult
  public func copyIn(_ sql: String, _ chunks: some Sequence<[UInt8]> & Sendable) async throws -> String {
    let operation = "running COPY FROM STDIN"
    return try await cancellable { handle in
      try handle.startCopy(sql, direction: .copyIn, operation: operation)
      do {
        for chunk in chunks where !chunk.isEmpty {
          unsafe try handle.putCopyData(chunk.span.bytes, operation: operation)
        }
        return try handle.endCopyIn(operation: operation).commandTag
      } catch {
        if handle.activity == .copyIn { handle.cancelAndDrain() }
        throw error
      }
    }
  }

  // MARK: What the server says of itself

  /// 150004 for 15.4, as `server_version_num`.
  public var serverVersion: Int { Int(unsafe PQserverVersion(handle.connection)) }

  /// A setting that the server reports by itself: `server_version`, `TimeZone`, `integer_datetimes` …
  public func parameterStatus(_ name: String) -> String? {
    unsafe PQparameterStatus(handle.connection, name).map { unsafe String(cString: $0) }
  }

  public var usesTLS: Bool { handle.usesTLS }

  /// The process that serves this connection.
  public var backendPID: Int { Int(unsafe PQbackendPID(handle.connection)) }

  /// False once the connection broke or was closed.
  public var isUsable: Bool { handle.activity != .broken && handle.activity != .closed }
}

private struct CopyFolder<State: Sendable>: CopyOutHandler {
  var state: State
  let body: @Sendable (inout State, RawSpan) throws -> Void

  mutating func receive(_ message: RawSpan) throws -> CopySignal {
    try body(&state, message)
    return .next
  }
}
