public import CDCCore
internal import Logging

/// A replication slot as pg_replication_slots shows it. Source: PostgreSQL manual, "pg_replication_slots".
public struct SlotState: Sendable, Hashable {
  public var name: String
  public var plugin: String?
  public var database: String?
  /// The process that reads from it now.
  public var activePID: Int?
  /// The oldest WAL that the server keeps for it.
  public var restartPosition: LSN?
  /// What the destination has made durable, as far as the server was told.
  public var confirmedPosition: LSN?
  /// What needs no more work, as the process that reads has told; nil where none does. Ahead of `confirmedPosition` where it has
  /// met nothing of ours since.
  public var appliedPosition: LSN?
  /// `reserved`, `extended`, `unreserved` or `lost`.
  public var walStatus: String?
  /// The server has removed WAL that the slot needs, or invalidated it: it is of no more use.
  public var isLost: Bool
  /// Why it is lost, as the server says it (from PostgreSQL 17 on): `wal_removed`, `idle_timeout`, `rows_removed`,
  /// `wal_level_insufficient`.
  public var invalidation: String?
  /// The server's end of log.
  public var currentPosition: LSN
  /// WAL that the server keeps for the slot, in bytes.
  public var retainedBytes: Int

  public var isActive: Bool { activePID != nil }
  /// WAL written since the last confirmation, in bytes.
  public var lagBytes: Int {
    guard let confirmedPosition, confirmedPosition < currentPosition else { return 0 }
    return Int(clamping: currentPosition.rawValue - confirmedPosition.rawValue)
  }
}

extension PostgresSource {
  /// The pipeline's slot; nil where there is none.
  public func status() async throws -> SlotState? {
    try await withConnection { try await self.slotState(on: $0) }
  }

  func slotState(on connection: PostgresConnection) async throws -> SlotState? {
    let current = LSN(try await connection.currentWALPosition().rawValue)
    guard let slot = try await connection.replicationSlot(slotName) else { return nil }
    let restart = slot.restart.map { LSN($0.rawValue) }
    let applied = try await connection.query(
      "SELECT replay_lsn FROM pg_stat_replication WHERE pid = $1", [slot.activePID.map(String.init)])
    return SlotState(
      name: slotName, plugin: slot.plugin, database: slot.database, activePID: slot.activePID,
      restartPosition: restart, confirmedPosition: slot.confirmedFlush.map { LSN($0.rawValue) },
      appliedPosition: applied.scalar.flatMap { LSN($0) }, walStatus: slot.walStatus, isLost: slot.isLost,
      invalidation: slot.invalidation,
      currentPosition: current,
      retainedBytes: restart.map { $0 < current ? Int(clamping: current.rawValue - $0.rawValue) : 0 } ?? 0)
  }

  /// The slot that `changes` can read from.
  ///
  /// - Throws: `CDCError.Code.positionLost` where it is gone or of no more use.
  func usableSlot(on connection: PostgresConnection) async throws -> SlotState {
    guard let slot = try await slotState(on: connection) else {
      throw CDCError(
        .positionLost,
        "The source has no replication slot \(slotName), so changes since the last package cannot be read. It was "
          + "never created, or somebody dropped it. Run a full load, which creates it: cdc run --mode full_load."
      )
    }
    try await requireOurs(slot, on: connection)
    if slot.isLost {
      throw lost(SlotLoss(slot.invalidation))
    }
    return slot
  }

  /// Names of slots are one for the whole server.
  ///
  /// - Throws: `CDCError.Code.configuration` where the slot of the pipeline's name is somebody else's.
  private func requireOurs(_ slot: SlotState, on connection: PostgresConnection) async throws {
    if let other = try await otherOwner(of: slot, on: connection) {
      throw CDCError(
        .configuration,
        "The replication slot \(slotName) belongs to \(other), and slots of one server cannot share a name. Choose another "
          + "name for this pipeline: cdc run --pipeline NAME.")
    }
  }

  private func otherOwner(of slot: SlotState, on connection: PostgresConnection) async throws -> String? {
    if slot.plugin != "pgoutput" { return "another program (its plugin is \(slot.plugin ?? "none"))" }
    let database = try await connection.query("SELECT current_database()").scalar
    return slot.database == database ? nil : "a pipeline of the database \(slot.database ?? "")"
  }

  private func lost(_ loss: SlotLoss, underlying: (any Error)? = nil) -> CDCError {
    CDCError(
      .positionLost,
      "The replication slot \(slotName) is of no more use (\(loss.cause)), so changes are missing. Run a full load, which "
        + "makes a new slot: cdc run --mode full_load. \(loss.remedy)", underlying: underlying)
  }

  /// What a stream failed with. The slot may have been lost since it was looked at, and what the server then refuses
  /// (`object_not_in_prerequisite_state`) has several reasons: so it is asked again.
  func explainedStream(_ error: any Error) async -> any Error {
    guard let failure = error as? PostgresError else { return error }
    if failure.isLogGone { return lost(.unnoticed(slotName), underlying: failure) }
    guard failure.sqlState == "55000" else { return explained(failure) }
    do {
      _ = try await withConnection { try await self.usableSlot(on: $0) }
    } catch let lost as CDCError where lost.code == .positionLost {
      return lost
    } catch {
      logger.debug("the slot could not be looked at", metadata: ["error": "\(error)"])
    }
    return explained(failure)
  }

  /// All that commits at or after the position comes through the slot.
  ///
  /// - Throws: `CDCError.Code.positionLost` where that is not sure.
  func requireWholeLog(
    of slot: SlotState, from position: LSN, on connection: PostgresConnection
  ) async throws {
    if slot.currentPosition < position {
      let isStandby = try await connection.query("SELECT pg_is_in_recovery()").scalar == "t"
      throw CDCError(
        .positionLost,
        isStandby
          ? "The standby has not replayed the log up to the destination's position yet: wait, or read from the primary."
          : "The server's log ends before the destination's position: the server was set back to an older state, or another "
            + "has taken its place, so what the destination has is not what the server holds. Load again: "
            + "cdc run --mode full_load.",
        position: position, isRetryable: isStandby)
    }
    if let confirmed = slot.confirmedPosition, confirmed > position {
      throw CDCError(
        .positionLost,
        "The replication slot \(slotName) was confirmed up to \(confirmed), which is further than the destination is: changes "
          + "in between may be missing. The destination was set back to an older state, another one reads through the same "
          + "slot, or somebody moved the slot or made it anew. If two destinations share the pipeline's name, give them "
          + "different names; then load again: cdc run --mode full_load.", position: position)
    }
  }

  /// Drops the pipeline's slot, if there is one.
  ///
  /// - Throws: `CDCError` where another process reads from it, or it is somebody else's.
  func dropSlot(on connection: PostgresConnection) async throws {
    guard let slot = try await slotState(on: connection) else { return }
    try await requireOurs(slot, on: connection)
    do {
      try await connection.dropReplicationSlot(slotName)
    } catch { throw explained(error) }
  }

  /// Removes from the source what the pipeline has created there: its slot, its publications, its event trigger.
  public func cleanUp() async throws {
    try await withConnection { connection in
      if let slot = try await self.slotState(on: connection),
        let other = try await self.otherOwner(of: slot, on: connection)
      {
        self.logger.notice("the slot stays: it belongs to \(other)", metadata: ["slot": "\(self.slotName)"])
      } else {
        try await self.dropSlot(on: connection)
      }
      do {
        for name in try await self.existingPublications(on: connection) {
          try await connection.execute("DROP PUBLICATION IF EXISTS \(SQLQuoting.identifier(name))")
        }
        try await self.removeDefinitionTrigger(on: connection)
      } catch { throw self.explained(error) }
    }
  }
}
