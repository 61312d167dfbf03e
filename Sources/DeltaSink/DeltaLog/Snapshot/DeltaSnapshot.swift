package import CDCCore

/// The table at one version: protocol, metadata, files, transactions. A value; later commits do not change
/// it.
package struct DeltaSnapshot: Sendable {
  package let store: FileLogStore
  package let version: Int
  package let protocolAction: ProtocolAction
  package let metadata: Metadata
  private let replay: LogReplay

  /// - Throws: where the log has no protocol or metadata, or the table needs what this package cannot read.
  init(store: FileLogStore, version: Int, replay: LogReplay) throws {
    guard let protocolAction = replay.protocolAction, let metadata = replay.metadata else {
      throw DeltaError(
        .corruptLog, "The log has no protocol or no metadata: the table is damaged.",
        path: store.logPath, version: version)
    }
    try protocolAction.requireReadable(store.tablePath)
    self.store = store
    self.version = version
    self.protocolAction = protocolAction
    self.metadata = metadata
    self.replay = replay
  }

  package var schema: DeltaSchema { metadata.schema }
  /// Display names and types.
  package var columns: [ColumnSchema] { get throws { try metadata.schema.columns() } }

  /// In the order in which they were added.
  package var files: [AddFile] { replay.files.files }
  package var fileCount: Int { replay.files.count }
  package func file(at path: String) -> AddFile? { replay.files[path] }

  /// Files that the table no longer has and vacuum has yet to take; those past retention may be missing.
  package var tombstones: [RemoveFile] { Array(replay.tombstones.values) }
  /// By application id.
  package var transactions: [String: SetTransaction] { replay.transactions }
  package var domains: [String: DomainMetadata] { replay.domains }

  /// The snapshot that a commit leads to.
  func applying(_ actions: [Action], version: Int) throws -> DeltaSnapshot {
    var replay = replay
    replay.apply(commit: actions)
    return try DeltaSnapshot(store: store, version: version, replay: replay)
  }

  var replayed: LogReplay { replay }
}
