import CDCCore
import Logging

extension PostgresSource {
  /// The stream ends when its last change is handed over, and what it brought is durable later: without this the server would keep
  /// the log of that package until the next run.
  public func settle() async throws {
    let (start, end) = confirmations.range
    guard end > start else { return }
    try await withConnection { connection in
      guard let slot = try await self.slotState(on: connection) else { return }
      if let confirmed = slot.confirmedPosition, confirmed < end {
        // It says that its position is durable when it ends, which it does at once.
        let options = ReplicationOptions(
          slot: self.slotName, publications: [self.publicationName],
          start: LogSequenceNumber(end.rawValue))
        try await ReplicationStream.with(self.streamSettings, options, logger: self.logger) { _ in }
      }
      try await self.releaseLog(of: slot, from: start, to: end, on: connection)
    }
  }

  /// The server lets go of log only as far as it has decoded it since it was confirmed: a run of one package would have all of its
  /// log kept until the next. Decoding goes on from there in the next run either way.
  private func releaseLog(
    of slot: SlotState, from start: LSN, to end: LSN, on connection: PostgresConnection
  ) async throws {
    guard let kept = slot.restartPosition, kept < end else { return }
    let (keptBytes, ownBytes) = (end.rawValue - kept.rawValue, end.rawValue - start.rawValue)
    // Where most is kept for a transaction that is open for long, it would be read over and over for nothing.
    guard keptBytes >= 64 << 20, ownBytes >= keptBytes / 2 else { return }
    try await connection.execute("SET statement_timeout = 0")
    _ = try await connection.query(
      "SELECT pg_replication_slot_advance($1, $2::pg_lsn)", [slotName, "\(end)"])
  }
}
