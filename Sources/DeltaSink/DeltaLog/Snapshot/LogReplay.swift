/// The table's state while the log is replayed, oldest action first. PROTOCOL.md, "Action Reconciliation".
struct LogReplay: Sendable {
  private(set) var protocolAction: ProtocolAction?
  private(set) var metadata: Metadata?
  private(set) var files = FileSet()
  private(set) var tombstones: [LogicalFile: RemoveFile] = [:]
  private(set) var transactions: [String: SetTransaction] = [:]
  private(set) var domains: [String: DomainMetadata] = [:]

  /// Applies one commit. Its actions have no order among themselves, so what it removes goes first.
  mutating func apply(commit actions: [Action]) {
    for case .remove(let action) in actions { remove(action) }
    for action in actions { applyOther(action) }
  }

  /// Applies rows of a checkpoint: each logical file is there once.
  mutating func apply(checkpoint actions: [Action]) {
    for action in actions {
      if case .remove(let action) = action { tombstones[action.logicalFile] = action }
      applyOther(action)
    }
  }

  private mutating func remove(_ action: RemoveFile) {
    let file = action.logicalFile
    if files[file.path]?.logicalFile == file { files.remove(path: file.path) }
    tombstones[file] = action
  }

  private mutating func applyOther(_ action: Action) {
    switch action {
    case .add(let action):
      tombstones[action.logicalFile] = nil
      files.insert(action)
    case .protocolAction(let action): protocolAction = action
    case .metadata(let action): metadata = action
    case .setTransaction(let action): transactions[action.appID] = action
    case .domainMetadata(let action): domains[action.domain] = action.removed ? nil : action
    case .remove, .commitInfo: break
    }
  }
}
