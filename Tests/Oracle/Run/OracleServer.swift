import TestSupport

/// The oracle's own server: transactions of any size are streamed while in progress, deadlocks are found soon.
enum OracleServer {
  static func start() async throws -> PostgresServer {
    try await PostgresServer.start(settings: [
      "logical_decoding_work_mem": "64kB", "deadlock_timeout": "100ms", "max_prepared_transactions": "20",
      "log_min_messages": "fatal",
    ])
  }
}
