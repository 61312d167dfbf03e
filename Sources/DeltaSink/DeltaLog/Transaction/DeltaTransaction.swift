/// What shall become one version of a table: actions that are gathered on a snapshot, then committed at once.
///
/// A lost race is a value, not an error: `conflict` names the version that was taken, and `rebased` says
/// whether the winners leave room for this transaction.
package struct DeltaTransaction: Sendable {
  package let store: FileLogStore
  /// What the transaction has read; nil where it creates the table.
  package private(set) var snapshot: DeltaSnapshot?
  /// In the words of Delta's history: `WRITE`, `MERGE`, `OPTIMIZE`, `CREATE TABLE`, …
  package let operation: String
  package let operationParameters: [String: String]
  /// Nothing of the table was read to decide what to write: other writers' rows do not matter.
  package let isBlindAppend: Bool
  /// Recorded in the commit; tells whether a commit is ours after its answer was lost.
  package let transactionID = UniqueName().description

  private(set) var newProtocol: ProtocolAction?
  private(set) var newMetadata: Metadata?
  private(set) var adds: [AddFile] = []
  private(set) var removes: [RemoveFile] = []
  private(set) var setTransactions: [SetTransaction] = []

  /// Begins a transaction on a table that exists.
  package init(
    on snapshot: DeltaSnapshot, operation: String, parameters: [String: String] = [:], isBlindAppend: Bool
  ) {
    store = snapshot.store
    self.snapshot = snapshot
    self.operation = operation
    operationParameters = parameters
    self.isBlindAppend = isBlindAppend
  }

  /// Begins to create a table: version 0. Column mapping is turned on where names need it, table features are
  /// those that the schema and the configuration use.
  package init(
    creating metadata: Metadata, in store: FileLogStore, operation: String = "CREATE TABLE",
    parameters: [String: String] = [:]
  ) {
    var metadata = metadata
    if metadata.schema.needsColumnMapping && !metadata.mapsColumns { metadata.enableColumnMapping() }
    self.store = store
    self.operation = operation
    operationParameters = parameters
    isBlindAppend = true
    newMetadata = metadata
    newProtocol = ProtocolAction(for: metadata)
  }

  /// The version that the commit asks for.
  package var version: Int { snapshot.map { $0.version + 1 } ?? 0 }
  /// As it will be after the commit.
  package var metadata: Metadata? { newMetadata ?? snapshot?.metadata }
  package var protocolAction: ProtocolAction? { newProtocol ?? snapshot?.protocolAction }

  package mutating func add(_ file: AddFile) { adds.append(file) }
  package mutating func add(_ files: some Sequence<AddFile>) { adds.append(contentsOf: files) }

  /// Takes a file out; the `AddFile` must be the snapshot's own, deletion vector included.
  package mutating func remove(_ file: AddFile, at time: Int64, dataChange: Bool = true) {
    removes.append(file.removal(at: time, dataChange: dataChange))
  }

  /// Puts another deletion vector on a file of the snapshot; its statistics become wide.
  package mutating func setDeletionVector(
    _ descriptor: DeletionVectorDescriptor, of file: AddFile, at time: Int64
  ) throws {
    remove(file, at: time)
    var replacement = file
    replacement.deletionVector = descriptor
    replacement.stats = try file.stats.map(FileStatistics.widened)
    replacement.dataChange = true
    add(replacement)
  }

  package mutating func setTransaction(appID: String, version: Int64, at time: Int64? = nil) {
    setTransactions.removeAll { $0.appID == appID }
    setTransactions.append(SetTransaction(appID: appID, version: version, lastUpdated: time))
  }

  /// Replaces the metadata; new columns of a mapped table get their ids, and the protocol the features that
  /// are now used.
  package mutating func setMetadata(_ metadata: Metadata) {
    var metadata = metadata
    if metadata.mapsColumns { metadata.assignColumnMapping() }
    newMetadata = metadata
    let current = protocolAction ?? ProtocolAction(for: metadata)
    let upgraded = current.adding(metadata.neededFeatures)
    if upgraded != current { newProtocol = upgraded }
  }

  mutating func move(to snapshot: DeltaSnapshot) { self.snapshot = snapshot }
}
