public import Logging

/// Logical replication slots: where the server remembers how far a reader has come. Source: PostgreSQL manual, "Streaming
/// Replication Protocol", "pg_replication_slots".
public struct ReplicationSlot: Sendable, Hashable {
  public var name: String
  public var plugin: String?
  public var database: String?
  public var isActive: Bool
  public var activePID: Int?
  public var isTemporary: Bool
  /// Transactions that commit before this are not sent again.
  public var confirmedFlush: LogSequenceNumber?
  /// WAL from here on is held back for the slot.
  public var restart: LogSequenceNumber?
  /// `reserved`, `extended`, `unreserved` or `lost` (from PostgreSQL 13 on).
  public var walStatus: String?
  /// How many bytes may still be written before the slot is in danger of being lost; nil where there is no limit.
  public var safeWALSize: Int64?
  /// Why the slot can no longer be used; nil where it can.
  public var invalidation: String?

  /// The WAL that the slot needs is gone: a new full load is needed.
  public var isLost: Bool { invalidation != nil || walStatus == "lost" }
}

/// A slot just created.
public struct CreatedSlot: Sendable, Hashable {
  public var name: String
  /// Transactions that commit from here on come through the slot.
  public var consistentPoint: LogSequenceNumber
  /// For `SET TRANSACTION SNAPSHOT`: shows exactly what was committed at `consistentPoint`. Lives as
  /// long as the connection that created it is left alone: its next command ends it.
  public var snapshot: String?
}

extension PostgresConnection {
  /// Connects for the replication protocol, which also takes simple queries.
  public static func connectForReplication(
    _ settings: ConnectionSettings, logger: Logger = Logger(label: "postgres")
  ) async throws -> PostgresConnection {
    var settings = settings
    settings["replication"] = "database"
    return try await connect(settings, logger: logger)
  }

  /// Creates a pgoutput slot. Needs a replication connection; waits until transactions that run now have ended.
  ///
  /// - Parameter temporary: dropped with the connection.
  public func createLogicalSlot(_ name: String, temporary: Bool = false) async throws -> CreatedSlot {
    try Self.checkSlotName(name)
    let options = serverVersion >= 150000 ? "(SNAPSHOT 'export')" : "EXPORT_SNAPSHOT"
    let answer = try await query(
      "CREATE_REPLICATION_SLOT \(SQLQuoting.identifier(name))\(temporary ? " TEMPORARY" : "") "
        + "LOGICAL pgoutput \(options)")
    guard let point = answer[0, "consistent_point"].flatMap({ LogSequenceNumber($0) }) else {
      throw PostgresError(.protocolViolation, "CREATE_REPLICATION_SLOT was not answered")
    }
    return CreatedSlot(name: name, consistentPoint: point, snapshot: answer[0, "snapshot_name"])
  }

  /// Nil where there is no such slot.
  public func replicationSlot(_ name: String) async throws -> ReplicationSlot? {
    // All columns by name: versions differ in which they have.
    let found = try await query(
      "SELECT * FROM pg_catalog.pg_replication_slots WHERE slot_name = \(SQLQuoting.literal(name))")
    guard found.rows.count == 1 else { return nil }
    let position = { (column: String) in found[0, column].flatMap { LogSequenceNumber($0) } }
    // PostgreSQL 16 calls any invalidated slot so; that of one whose log was removed has no position left.
    let isConflict = found[0, "conflicting"] == "t" && position("restart_lsn") != nil
    let conflict = isConflict ? "conflicts with recovery" : nil
    return ReplicationSlot(
      name: name, plugin: found[0, "plugin"], database: found[0, "database"],
      isActive: found[0, "active"] == "t", activePID: found[0, "active_pid"].flatMap { Int($0) },
      isTemporary: found[0, "temporary"] == "t", confirmedFlush: position("confirmed_flush_lsn"),
      restart: position("restart_lsn"), walStatus: found[0, "wal_status"],
      safeWALSize: found[0, "safe_wal_size"].flatMap { Int64($0) },
      invalidation: found[0, "invalidation_reason"] ?? conflict)
  }

  /// Drops the slot; true where there was one. Fails where another connection reads it (`isObjectInUse`).
  @discardableResult
  public func dropReplicationSlot(_ name: String) async throws -> Bool {
    let dropped = try await query(
      """
      SELECT pg_catalog.pg_drop_replication_slot(slot_name) FROM pg_catalog.pg_replication_slots
      WHERE slot_name = \(SQLQuoting.literal(name))
      """)
    return !dropped.rows.isEmpty
  }

  /// The end of the WAL: what is written on a primary, what is replayed on a standby.
  public func currentWALPosition() async throws -> LogSequenceNumber {
    let answer = try await query(
      """
      SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
      ELSE pg_catalog.pg_current_wal_lsn() END
      """)
    guard let position = answer.scalar.flatMap({ LogSequenceNumber($0) }) else {
      throw PostgresError(.protocolViolation, "the server did not tell its WAL position")
    }
    return position
  }

  private static func checkSlotName(_ name: String) throws {
    let isValid =
      (1...63).contains(name.utf8.count)
      && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
    if !isValid {
      throw PostgresError(
        .unsupported, "\"\(name)\" cannot name a replication slot: use up to 63 of a-z, 0-9 and _")
    }
  }
}
