/// Removing commits and checkpoints that retention no longer asks for. PROTOCOL.md, "Metadata Cleanup".
extension DeltaSnapshot {
  private static let day: Int64 = 86_400_000

  /// Removes what lies before the newest checkpoint that covers everything within
  /// `delta.logRetentionDuration`; the checkpoint, its commit and all later ones stay. Nothing happens
  /// without such a checkpoint, or where `delta.enableExpiredLogCleanup` is false. Also removes what
  /// writers that died left behind, after a day.
  ///
  /// - Parameter time: now, in milliseconds since 1970-01-01T00:00:00Z.
  /// - Returns: how many files were removed.
  @discardableResult
  package func cleanUpLog(at time: Int64 = WallClock.milliseconds) throws -> Int {
    try protocolAction.requireWritable(metadata, store.tablePath)
    let names = try PosixDirectory.list(store.logPath) ?? []
    var removed = try removeAbandonedFiles(names, before: time - Self.day)
    guard metadata.configuration["delta.enableExpiredLogCleanup"]?.lowercased() != "false" else {
      return removed
    }
    let cutOff = (time - (try metadata.logRetention())) / Self.day * Self.day
    guard let checkpoint = try cutOffCheckpoint(LogListing(names: names), cutOff) else { return removed }
    for name in names {
      guard let file = LogFileName(name), file.isCovered(byCheckpoint: checkpoint) else { continue }
      removed += try PosixFile.remove("\(store.logPath)/\(name)") ? 1 : 0
    }
    return removed
  }

  /// The newest whole checkpoint not newer than the newest commit that was made before `cutOff`.
  private func cutOffCheckpoint(_ listing: LogListing, _ cutOff: Int64) throws -> Int? {
    for checkpoint in listing.checkpoints.reversed() where checkpoint.version <= version {
      let commit = store.path(of: .commit(checkpoint.version))
      // Commit times ascend: what precedes a commit that is old enough is, too.
      if let time = try PosixFile.modificationTime(commit), time <= cutOff { return checkpoint.version }
    }
    return nil
  }

  private func removeAbandonedFiles(_ names: [String], before time: Int64) throws -> Int {
    var removed = 0
    for name in names where name.hasPrefix(".") && name.hasSuffix(".tmp") {
      let path = "\(store.logPath)/\(name)"
      guard let modified = try PosixFile.modificationTime(path), modified < time else { continue }
      removed += try PosixFile.remove(path) ? 1 : 0
    }
    return removed
  }
}

extension LogFileName {
  /// True where a checkpoint of that version makes the file unnecessary.
  fileprivate func isCovered(byCheckpoint checkpoint: Int) -> Bool {
    switch self {
    case .commit(let version), .checkpoint(let version), .checkpointPart(let version, _, _),
      .uuidCheckpoint(let version), .checksum(let version):
      version < checkpoint
    case .compaction(let from, _): from <= checkpoint
    }
  }
}
