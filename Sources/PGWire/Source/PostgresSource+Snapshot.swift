public import CDCCore
internal import Logging

extension PostgresSource {
  /// Creates what is missing at the source (publications, slot) and opens a snapshot whose position is exact.
  ///
  /// With `restart` the pipeline's slot is made anew and exports the snapshot. Without, the slot stays as it is and
  /// a temporary one gives snapshot and position; nothing else changes at the source.
  public func snapshot(restart: Bool) async throws -> any SourceSnapshot {
    let connection = try await connect()
    do {
      let snapshot = try await openSnapshot(restart: restart, on: connection)
      return snapshot
    } catch {
      await connection.close()
      throw error
    }
  }

  private func openSnapshot(
    restart: Bool, on connection: PostgresConnection
  ) async throws -> PostgresSnapshot {
    try await checkServer(connection)
    if restart {
      try await dropSlot(on: connection)
    } else {
      _ = try await usableSlot(on: connection)
    }
    let catalog = try await Catalog.read(resources, from: connection)
    _ = try layouts(catalog)
    try await preparePublications(catalog.tables, on: connection)
    if restart { try await takeOwnership(on: connection) } else { try await requireOwnership(on: connection) }
    let exporter: PostgresConnection
    do {
      exporter = try await PostgresConnection.connectForReplication(settings, logger: logger)
    } catch { throw explained(error) }
    do {
      let exported = try await createSlot(temporary: !restart, on: exporter)
      do {
        return try await PostgresSnapshot(
          source: self, exported: exported, exporter: exporter, control: connection)
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

  /// Waits until every transaction that is writing now has ended: that is where the log can be read from.
  private func createSlot(
    temporary: Bool, on exporter: PostgresConnection
  ) async throws -> ExportedSnapshot {
    let name = temporary ? temporarySlotName() : slotName
    let logger = logger
    let reminder = Task {
      try await Task.sleep(for: .seconds(5))
      logger.warning(
        "the slot waits for transactions that are open in the source (see pg_stat_activity, xact_start)")
    }
    defer { reminder.cancel() }
    do {
      let slot = try await exporter.createLogicalSlot(name, temporary: temporary)
      guard let snapshot = slot.snapshot else {
        throw PostgresError(.protocolViolation, "the new slot has exported no snapshot")
      }
      return ExportedSnapshot(name: snapshot, position: LSN(slot.consistentPoint.rawValue))
    } catch { throw explained(error) }
  }

  private func temporarySlotName() -> String {
    String(slotName.prefix(46)) + "_" + String(UInt64.random(in: .min ... .max), radix: 16)
  }
}

/// A snapshot that other sessions can adopt as long as the connection that exported it stays as it is.
struct ExportedSnapshot: Sendable {
  var name: String
  var position: LSN
}
