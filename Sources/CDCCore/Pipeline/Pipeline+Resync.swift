internal import Logging

/// Single tables loaded beside the others: these, and the checkpoint, stay as they are. A table loaded so is ahead of the
/// checkpoint, and skips the changes that commit before its snapshot. What its disposition keeps of the past stays.
extension Pipeline {
  /// Loads tables anew, or for the first time. Where no full load has finished yet, all are loaded.
  ///
  /// Where another run has the pipeline, and the destination knows `LoadRequests`, that run is asked to load the tables named,
  /// which it does if it is one without end, or else this one does once that has ended.
  ///
  /// - Parameter tables: nil: all that the resources name.
  @discardableResult
  public func reload(_ tables: Set<TableName>? = nil) async throws -> LoadReport {
    try await retrying { _ in
      let checkpoint: Checkpoint?
      if let tables, let desk = destination as? any LoadRequests {
        do { checkpoint = try await desk.openUnlessServed(pipeline: name) } catch let error as CDCError
          where error.code == .fenced
        { return try await askForLoad(of: tables, at: desk) }
      } else {
        checkpoint = try await destination.open(pipeline: name)
      }
      return try await reload(tables, after: checkpoint)
    }
  }

  func reload(_ tables: Set<TableName>?, after checkpoint: Checkpoint?) async throws -> LoadReport {
    guard let checkpoint, checkpoint.kind != .unfinishedLoad else { return try await loadOnce() }
    return try await load(tables, as: nil, beside: checkpoint)
  }

  /// - Returns: nil where a stop was asked for meanwhile: the tables are as they were.
  func resync(_ unsynced: UnsyncedTables, beside checkpoint: Checkpoint) async throws -> LoadReport? {
    let held = try await heldTables()
    for (table, reason) in unsynced.reasons.sorted(by: { $0.key < $1.key }) {
      logger.notice("the table is loaded", metadata: ["table": "\(table)", "because": "\(reason)"])
      configuration.progress?(.resyncing(table, reason: reason))
    }
    do {
      return try await cancellingOnGracefulShutdown {
        // What a contract leaves out is not let in by the way.
        try await load(Set(unsynced.reasons.keys), as: held, beside: checkpoint)
      }
    } catch is CancellationError where isStopping {
      return nil
    }
  }

  func load(
    _ tables: Set<TableName>?, as held: [HeldTable]?, beside checkpoint: Checkpoint
  ) async throws -> LoadReport {
    let started = ContinuousClock.now
    let began = try await source.currentTime()
    let snapshot = try await source.snapshot(of: tables, as: held)
    do {
      let loaded = try await load(
        snapshot, after: checkpoint.position, began: began, held: try await heldTables() ?? [])
      // The same position again: what the destination notes of its tables is noted with it.
      var same = checkpoint
      same.packageID = LoadPackage(pipeline: "\(name)-tables", from: checkpoint.position).id(
        to: snapshot.position)
      same.rowCount = loaded.rowCount
      try await loaded.quarantine.commit(same)
      await snapshot.close()
      return LoadReport(position: snapshot.position, tables: loaded.tables, duration: .now - started)
    } catch {
      await snapshot.close()
      throw error
    }
  }
}

/// Which tables were loaded again since the last package: one that is asked for over and over would be loaded for ever.
struct Resyncs {
  private var counts: [TableName: Int] = [:]
  private static let limit = 5

  mutating func note(_ unsynced: UnsyncedTables) throws {
    for (table, reason) in unsynced.reasons {
      counts[table, default: 0] += 1
      guard counts[table, default: 0] <= Self.limit else {
        throw CDCError(
          .schemaContract,
          "The table was loaded \(Self.limit) times in a row and still cannot be followed: \(reason). Run capture again "
            + "once its definition has come to rest.", table: table)
      }
    }
  }

  mutating func progressed() { counts = [:] }
}
