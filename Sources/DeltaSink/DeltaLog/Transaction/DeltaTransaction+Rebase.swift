/// After a lost race: do the commits that won leave room for ours?
extension DeltaTransaction {
  package enum RebaseResult: Sendable {
    /// The same transaction on the newest snapshot: commit it.
    case rebased(DeltaTransaction)
    /// It must be made anew, from the newest snapshot.
    case conflict(Conflict)
  }

  /// Why two transactions cannot both be right.
  package enum Conflict: Sendable, Hashable {
    case tableCreated
    case protocolChanged
    case metadataChanged
    /// The same application committed: we may be the second run of it.
    case sameApplication(String)
    /// A file that we remove or change is gone or has changed.
    case fileChanged(String)
    /// Rows were added that this transaction has not read.
    case rowsAdded
    /// The winning commits are no longer in the log.
    case logGone
  }

  package func rebased() throws -> RebaseResult {
    guard let snapshot else { return .conflict(.tableCreated) }
    var newest = snapshot
    while let actions = try store.actions(of: newest.version + 1) {
      if let conflict = self.conflict(with: actions) { return .conflict(conflict) }
      newest = try newest.applying(actions, version: newest.version + 1)
    }
    guard newest.version > snapshot.version else { return .conflict(.logGone) }
    var rebased = self
    rebased.move(to: newest)
    return .rebased(rebased)
  }

  /// Commits, and where a race is lost but leaves room, commits after the winner, `attempts` times at most.
  ///
  /// - Throws: also `DeltaError.conflict`, retryable: make the transaction anew from a refreshed snapshot.
  package func commitRebasing(
    attempts: Int = 10, at time: Int64 = WallClock.milliseconds
  ) throws -> DeltaSnapshot {
    var transaction = self
    for _ in 0..<attempts {
      switch try transaction.commit(at: time) {
      case .committed(let snapshot): return snapshot
      case .conflict(let version):
        switch try transaction.rebased() {
        case .rebased(let rebased): transaction = rebased
        case .conflict(let conflict):
          throw DeltaError(
            .conflict, "Another writer's commit stands against ours (\(conflict)): nothing was written.",
            path: store.tablePath, version: version, isRetryable: true)
        }
      }
    }
    throw DeltaError(
      .conflict, "Other writers took \(attempts) versions in a row: nothing was written. Try again.",
      path: store.tablePath, version: transaction.version, isRetryable: true)
  }

  /// Nil where both can stand, ours after theirs. Rows that are only moved (`dataChange` false) count as no
  /// change.
  func conflict(with winner: [Action]) -> Conflict? {
    let touched = Set(removes.map(\.path)).union(adds.map(\.path))
    for action in winner {
      switch action {
      case .protocolAction: return .protocolChanged
      case .metadata: return .metadataChanged
      case .setTransaction(let theirs):
        if setTransactions.contains(where: { $0.appID == theirs.appID }) {
          return .sameApplication(theirs.appID)
        }
      case .remove(let theirs):
        if touched.contains(theirs.path) { return .fileChanged(theirs.path) }
      case .add(let theirs):
        if touched.contains(theirs.path) { return .fileChanged(theirs.path) }
        if theirs.dataChange, decidesByRows { return .rowsAdded }
      case .commitInfo, .domainMetadata: break
      }
    }
    return nil
  }

  /// What we change follows from the rows that were there; moving rows (compaction) does not.
  private var decidesByRows: Bool {
    !isBlindAppend && (adds.contains(where: \.dataChange) || removes.contains(where: \.dataChange))
  }
}
