/// The commit itself.
extension DeltaTransaction {
  package enum CommitResult: Sendable {
    /// Durable; the snapshot is the table with it.
    case committed(DeltaSnapshot)
    /// Another writer has taken this version; nothing was changed.
    case conflict(version: Int)
  }

  /// Asks for the version after the snapshot's, once. A second call commits again: do not.
  ///
  /// - Parameter time: milliseconds since 1970-01-01T00:00:00Z, for the history.
  /// - Throws: `DeltaError.invalidTransaction`, `.schema`, `.unsupportedFeature` before anything is
  ///   written. After `.fileSystem` the commit may or may not be there: load the table and look.
  package func commit(at time: Int64 = WallClock.milliseconds) throws -> CommitResult {
    try validate()
    let actions = try self.actions(at: time)
    guard try store.putIfAbsent(version, Action.commitBytes(actions)) else {
      return .conflict(version: version)
    }
    if let snapshot { return .committed(try snapshot.applying(actions, version: version)) }
    var replay = LogReplay()
    replay.apply(commit: actions)
    return .committed(try DeltaSnapshot(store: store, version: version, replay: replay))
  }

  private func actions(at time: Int64) throws -> [Action] {
    var actions: [Action] = [
      .commitInfo(
        CommitInfo(
          timestamp: time, operation: operation, operationParameters: operationParameters,
          readVersion: snapshot?.version, isBlindAppend: isBlindAppend && removes.isEmpty,
          transactionID: transactionID))
    ]
    if let newProtocol { actions.append(.protocolAction(newProtocol)) }
    if let newMetadata { actions.append(.metadata(newMetadata)) }
    actions += setTransactions.map(Action.setTransaction)
    actions += removes.map(Action.remove)
    actions += try adds.map { .add(try $0.withWideBoundsWhereNeeded()) }
    return actions
  }
}
