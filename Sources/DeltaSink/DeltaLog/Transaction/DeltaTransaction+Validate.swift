/// What the protocol asks of a commit, checked before it is written: other engines would believe it.
extension DeltaTransaction {
  func validate() throws {
    guard let metadata, let protocolAction else {
      throw invalid("a new table needs metadata and a protocol")
    }
    try snapshot?.protocolAction.requireWritable(metadata, store.tablePath)
    try protocolAction.requireWritable(metadata, store.tablePath)
    if newMetadata != nil { try metadata.schema.validate(mapsColumns: metadata.mapsColumns) }
    if let missing = metadata.neededFeatures.first(where: { !protocolAction.supports($0) }) {
      throw invalid("the protocol lacks the feature \(missing.name), which the metadata uses")
    }
    try validateFiles(metadata, protocolAction)
    if metadata.isAppendOnly, removes.contains(where: \.dataChange) {
      throw DeltaError(
        .unsupportedFeature,
        "The table is append-only (delta.appendOnly): set that to false, or use the disposition append.",
        path: store.tablePath)
    }
  }

  private func validateFiles(_ metadata: Metadata, _ protocolAction: ProtocolAction) throws {
    guard Set(adds.map(\.path)).count == adds.count else { throw invalid("a file is added twice") }
    guard Set(removes.map(\.path)).count == removes.count else { throw invalid("a file is removed twice") }
    let removed = Set(removes.map(\.logicalFile))
    for file in removes where snapshot?.file(at: file.path)?.logicalFile != file.logicalFile {
      throw invalid("a file is removed that the snapshot does not have", file.path)
    }
    for file in adds {
      guard Set(file.partitionValues.keys) == Set(metadata.partitionColumns) else {
        throw invalid("a file has not the table's partition columns", file.path)
      }
      if let present = snapshot?.file(at: file.path)?.logicalFile, present != file.logicalFile,
        !removed.contains(present)
      {
        throw invalid("a file gets another deletion vector without the old one being removed", file.path)
      }
      if let vector = file.deletionVector { try validate(vector, of: file, metadata, protocolAction) }
    }
  }

  private func validate(
    _ vector: DeletionVectorDescriptor, of file: AddFile, _ metadata: Metadata,
    _ protocolAction: ProtocolAction
  ) throws {
    let isNew = snapshot?.file(at: file.path)?.deletionVector != vector
    guard protocolAction.supports(.deletionVectors), metadata.allowsNewDeletionVectors || !isNew else {
      throw invalid("the table does not allow deletion vectors (delta.enableDeletionVectors)", file.path)
    }
    guard let records = file.numRecords, records >= vector.cardinality else {
      throw invalid("a file with a deletion vector needs numRecords in its statistics", file.path)
    }
  }

  private func invalid(_ what: String, _ path: String? = nil) -> DeltaError {
    DeltaError(
      .invalidTransaction, "The commit would break the Delta protocol: \(what).",
      path: path ?? store.tablePath, version: version)
  }
}
