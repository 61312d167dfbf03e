public import CDCCore

extension PostgresSource {
  /// The end of the log that holds every transaction committed so far.
  ///
  /// Transactions that committed with `synchronous_commit = off` may not have been flushed yet, and the server sends
  /// nothing that is not: the WAL writer has them flushed within three times `wal_writer_delay` (manual, "Asynchronous
  /// Commit"), and so long this waits at most. What then is unflushed belongs to no transaction that has committed.
  public func currentPosition() async throws -> LSN {
    try await withConnection { connection in
      let first = try await Self.logEnds(connection)
      guard let target = first.inserted, target > first.flushed else { return first.flushed }
      var flushed = first.flushed
      let deadline = ContinuousClock.now + first.patience
      while flushed < target, .now < deadline {
        try await Task.sleep(for: .milliseconds(10))
        flushed = try await Self.logEnds(connection).flushed
      }
      return min(flushed, target)
    }
  }

  public func currentTime() async throws -> Int64 {
    try await withConnection { try await $0.currentTime() }
  }

  private struct LogEnds {
    /// Nil on a standby, which only replays.
    var inserted: LSN?
    var flushed: LSN
    var patience: Duration
  }

  private static func logEnds(_ connection: PostgresConnection) async throws -> LogEnds {
    let row = try await connection.query(
      """
      SELECT CASE WHEN NOT r THEN pg_current_wal_insert_lsn() END AS inserted,
        CASE WHEN r THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END AS flushed,
        current_setting('wal_block_size') AS block,
        (SELECT setting FROM pg_settings WHERE name = 'wal_writer_delay') AS delay
      FROM pg_is_in_recovery() AS r
      """)
    guard let flushed = row[0, "flushed"].flatMap({ LSN($0) }) else {
      throw PostgresError(.protocolViolation, "the server does not tell its WAL position")
    }
    let block = UInt64(row[0, "block"] ?? "") ?? 8192
    let inserted = row[0, "inserted"].flatMap { LSN($0) }.map { position in
      // Just behind a page's header stands where the next record will begin; the last one ended before the page.
      let offset = position.rawValue % max(block, 1)
      return offset <= 40 ? LSN(position.rawValue - offset) : position
    }
    let delay = Int(row[0, "delay"] ?? "") ?? 200
    return LogEnds(
      inserted: inserted, flushed: flushed, patience: .milliseconds(min(delay, 10_000) * 3 + 200))
  }
}

extension PostgresConnection {
  /// The server's clock, microseconds since 1970-01-01T00:00:00Z.
  func currentTime() async throws -> Int64 {
    let row = try await query("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now")
    guard let now = row[0, "now"].flatMap({ Int64($0) }) else {
      throw PostgresError(.protocolViolation, "the server does not tell its time")
    }
    return now
  }
}
