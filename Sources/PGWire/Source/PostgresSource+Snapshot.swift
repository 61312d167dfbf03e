public import CDCCore
internal import Logging

extension PostgresSource {
  /// Creates what is missing at the source (publications, slot) and opens a snapshot whose position is exact.
  ///
  /// The publications hold their tables before the slot is made, and a slot begins after every transaction that was running
  /// then: so all that commits after the snapshot is published as a whole.
  ///
  /// With `restart` the pipeline's slot is made anew and exports the snapshot. Without, the slot stays as it is and
  /// a temporary one gives snapshot and position; nothing else changes at the source.
  public func snapshot(restart: Bool) async throws -> any SourceSnapshot {
    try await openSnapshot(.all, restart: restart, as: nil)
  }

  /// As `snapshot(restart: false)`, without the columns that the tables' contracts leave out.
  public func snapshot(as held: [HeldTable]?) async throws -> any SourceSnapshot {
    try await openSnapshot(.all, restart: false, as: held)
  }

  /// As `snapshot(restart: false)`, of some of the tables; the publications get those that they lack, and keep the others.
  public func snapshot(of tables: Set<TableName>?) async throws -> any SourceSnapshot {
    try await openSnapshot(.beside(tables), restart: false, as: nil)
  }

  /// As `snapshot(of:)`, without the columns that the tables' contracts leave out.
  public func snapshot(
    of tables: Set<TableName>?, as held: [HeldTable]?
  ) async throws -> any SourceSnapshot {
    try await openSnapshot(.beside(tables), restart: false, as: held)
  }

  private func openSnapshot(
    _ scope: SnapshotScope, restart: Bool, as held: [HeldTable]?
  ) async throws -> PostgresSnapshot {
    let connection = try await connect()
    do {
      return try await openSnapshot(scope, restart: restart, as: held, on: connection)
    } catch {
      await connection.close()
      throw error
    }
  }

  private func openSnapshot(
    _ scope: SnapshotScope, restart: Bool, as held: [HeldTable]?, on connection: PostgresConnection
  ) async throws -> PostgresSnapshot {
    try await checkServer(connection)
    if !restart { _ = try await usableSlot(on: connection) }
    let catalog = try await catalog(scope, on: connection)
    try await requireReach(catalog.tables, try layouts(catalog), on: connection)
    if restart { try await dropSlot(on: connection) }
    try await preparePublications(catalog.tables, othersStay: scope != .all, on: connection)
    if restart {
      try await forgetSlotOrigin(on: connection)
    } else {
      try await requireOrigin(before: nil, on: connection)
    }
    let exporter: PostgresConnection
    do {
      exporter = try await PostgresConnection.connectForReplication(settings, logger: logger)
    } catch { throw explained(error) }
    do {
      try await exporter.liftTimeLimits()
      let exported = try await createSlot(temporary: !restart, on: exporter)
      do {
        if restart { try await writeSlotOrigin(exported.position, on: connection) }
        return try await PostgresSnapshot(
          source: self, scope: scope, exported: exported, exporter: exporter, control: connection,
          as: held)
      } catch {
        if restart {
          await exporter.close()
          try? await dropSlot(on: connection)
        }
        throw error
      }
    } catch {
      await exporter.close()
      throw error
    }
  }

  /// The tables of a snapshot.
  func catalog(_ scope: SnapshotScope, on connection: PostgresConnection) async throws -> Catalog {
    guard case .beside(let tables?) = scope else { return try await catalog(on: connection) }
    var catalog = try await catalog(known: tables, on: connection)
    catalog.tables.removeAll { !tables.contains($0.tableName) }
    return catalog
  }

  /// Waits until every transaction that is writing now has ended: that is where the log can be read from.
  private func createSlot(
    temporary: Bool, on exporter: PostgresConnection
  ) async throws -> ExportedSnapshot {
    let name = temporary ? temporarySlotName() : slotName
    let logger = logger
    let reminder = Task {
      try await Task.sleep(for: .seconds(5))
      logger.warning(
        "the slot waits for transactions that are open in the source (see pg_stat_activity, xact_start)",
        metadata: ["at a standby": "for its primary to log what runs: SELECT pg_log_standby_snapshot() there"]
      )
    }
    defer { reminder.cancel() }
    do {
      let slot = try await exporter.createLogicalSlot(name, temporary: temporary)
      guard let snapshot = slot.snapshot else {
        throw PostgresError(.protocolViolation, "the new slot has exported no snapshot")
      }
      return ExportedSnapshot(name: snapshot, position: LSN(slot.consistentPoint.rawValue))
    } catch let error as PostgresError where error.isLogGone {
      // A checkpoint that began before the slot was there does not know of it, and may remove log under it.
      throw CDCError(
        .snapshotOutdated,
        "The server has removed log just as a slot was made to read it: another attempt is needed.",
        isRetryable: true, underlying: error)
    } catch { throw explained(error) }
  }

  private func temporarySlotName() -> String {
    String(slotName.prefix(46)) + "_" + String(UInt64.random(in: .min ... .max), radix: 16)
  }
}

/// Which tables a snapshot is of.
enum SnapshotScope: Sendable, Hashable {
  /// All that the resources name; no others are published afterwards.
  case all
  /// These, or all that the resources name; what else is published stays.
  case beside(Set<TableName>?)
}

/// A snapshot that other sessions can adopt as long as the connection that exported it stays as it is.
struct ExportedSnapshot: Sendable {
  var name: String
  var position: LSN
}
