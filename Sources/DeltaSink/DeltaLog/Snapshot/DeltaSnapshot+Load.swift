/// From the log to a snapshot: the newest usable checkpoint, then the commits after it.
extension DeltaSnapshot {
  /// - Parameter version: nil for the newest.
  /// - Returns: nil where there is no table.
  /// - Throws: `DeltaError.notFound` for a version that is not there any more or not yet.
  package static func load(_ store: FileLogStore, at version: Int? = nil) throws -> DeltaSnapshot? {
    let listing = try store.list()
    guard
      let newest = [listing.commits.last, listing.checkpoints.last?.version, listing.uuidCheckpoints.last]
        .compactMap(\.self).max()
    else { return nil }
    let target = version ?? newest
    guard (0...newest).contains(target) else {
      throw DeltaError(
        .notFound, "The table has no such version; its newest is \(newest).", path: store.tablePath,
        version: target)
    }
    let start = try start(listing, store, upTo: target)
    var replay = start.replay
    for version in start.next..<max(start.next, target + 1) {
      guard let actions = try store.actions(of: version) else {
        throw start.damage ?? missing(version, store)
      }
      replay.apply(commit: actions)
    }
    return try DeltaSnapshot(store: store, version: target, replay: replay)
  }

  private struct Start {
    var replay = LogReplay()
    /// The first commit that is not in `replay`.
    var next = 0
    /// Why the newest checkpoint was not taken.
    var damage: (any Error)?
  }

  /// The newest checkpoint that can be read. A damaged one does no harm where older files lead to the same
  /// state.
  private static func start(_ listing: LogListing, _ store: FileLogStore, upTo target: Int) throws -> Start {
    var start = Start()
    for checkpoint in listing.checkpoints.reversed() where checkpoint.version <= target {
      do {
        for file in checkpoint.files {
          start.replay.apply(checkpoint: try CheckpointReader.read(store.path(of: file)))
        }
        start.next = checkpoint.version + 1
        return start
      } catch {
        start = Start(damage: start.damage ?? error)
      }
    }
    if listing.commits.first != 0, let uuid = listing.uuidCheckpoints.last(where: { $0 <= target }) {
      throw DeltaError(
        .unsupportedFeature,
        "The table's checkpoint is of the V2 spec (v2Checkpoint), which this package cannot read.",
        path: store.logPath, version: uuid)
    }
    return start
  }

  private static func missing(_ version: Int, _ store: FileLogStore) -> DeltaError {
    DeltaError(
      .notFound, "The table's log has a gap: the commit is missing and no checkpoint covers it.",
      path: store.path(of: .commit(version)), version: version)
  }

  /// The newest snapshot; only commits after this one are read.
  package func refreshed() throws -> DeltaSnapshot {
    var replay = replayed
    var latest = version
    while let actions = try store.actions(of: latest + 1) {
      replay.apply(commit: actions)
      latest += 1
    }
    // Where the log was cleaned up beyond this version, the next commit is missing although it was made.
    if let checkpoint = try LastCheckpoint.read(from: store), checkpoint.version > latest {
      guard let snapshot = try Self.load(store) else { return self }
      return snapshot
    }
    return latest == version ? self : try DeltaSnapshot(store: store, version: latest, replay: replay)
  }
}

extension FileLogStore {
  /// The commit's actions; nil where there is no such commit.
  func actions(of version: Int) throws -> [Action]? {
    guard let bytes = try read(version) else { return nil }
    do { return try Action.parseCommit(bytes) } catch let error as DeltaError {
      throw error
    } catch {
      throw DeltaError(
        .corruptLog, "The commit is not what the Delta protocol says: the table is damaged.",
        path: path(of: .commit(version)), version: version, underlying: error)
    }
  }
}
