/// Writing a classic checkpoint of a snapshot. PROTOCOL.md, "Checkpoints".
extension DeltaSnapshot {
  static let checkpointIntervalKey = "delta.checkpointInterval"
  private static let rowsPerGroup = 20_000

  /// Every ten commits, or as `delta.checkpointInterval` says.
  package var isCheckpointDue: Bool {
    let interval = metadata.configuration[Self.checkpointIntervalKey].flatMap { Int($0) } ?? 10
    return version > 0 && interval > 0 && version % interval == 0
  }

  /// Call it after a commit. The commit stands whether or not this succeeds; the next one tries again.
  ///
  /// - Returns: whether there was one to write.
  @discardableResult
  package func writeCheckpointIfDue(at time: Int64 = WallClock.milliseconds) throws -> Bool {
    // Statistics as structs are not written here, and a checkpoint without them would not be what was asked
    // for.
    guard isCheckpointDue, !metadata.isTrue("delta.checkpoint.writeStatsAsStruct") else { return false }
    try writeCheckpoint(at: time)
    return true
  }

  /// Writes the checkpoint and points `_last_checkpoint` at it; both are atomic and durable.
  ///
  /// - Parameter time: now, in milliseconds since 1970-01-01T00:00:00Z: tombstones past their retention are
  ///   left out.
  package func writeCheckpoint(at time: Int64 = WallClock.milliseconds) throws {
    let actions = try checkpointActions(at: time)
    let name = LogFileName.checkpoint(version)
    let temporary = store.temporaryPath(for: name)
    let size = try Self.write(actions, to: temporary)
    do { try PosixFile.move(temporary, to: store.path(of: name)) } catch {
      _ = try? PosixFile.remove(temporary)
      throw error
    }
    try PosixDirectory.sync(store.logPath)
    if let last = try LastCheckpoint.read(from: store), last.version > version { return }
    let last = LastCheckpoint(
      version: version, size: actions.count, sizeInBytes: size, numOfAddFiles: fileCount)
    try store.replace(LastCheckpoint.path(in: store), last.json)
  }

  private func checkpointActions(at time: Int64) throws -> [Action] {
    let expired = time - (try metadata.deletedFileRetention())
    let omitsStatistics = metadata.configuration["delta.checkpoint.writeStatsAsJson"]?.lowercased() == "false"
    var actions: [Action] = [.protocolAction(protocolAction), .metadata(metadata)]
    actions += transactions.values.sorted { $0.appID < $1.appID }.map(Action.setTransaction)
    actions += domains.values.sorted { $0.domain < $1.domain }.map(Action.domainMetadata)
    actions += tombstones.filter { ($0.deletionTimestamp ?? 0) > expired }
      .sorted { $0.path < $1.path }.map(Action.remove)
    actions += files.map { file in
      var file = file
      if omitsStatistics { file.stats = nil }
      return .add(file)
    }
    return actions
  }

  private static func write(_ actions: [Action], to path: String) throws -> Int {
    let writer = try ParquetFileWriter(
      path: path, columns: CheckpointSchema.columns.map { ParquetColumn($0) })
    do {
      for start in stride(from: 0, to: actions.count, by: rowsPerGroup) {
        let group = Array(actions[start..<min(start + rowsPerGroup, actions.count)])
        try writer.write(CheckpointRows(group).columns, rowCount: group.count)
      }
      return Int(try writer.close(sync: true).byteCount)
    } catch {
      writer.abandon()
      _ = try? PosixFile.remove(path)
      throw error
    }
  }
}
