import CDCCore

/// Actions as rows of a checkpoint: one vector for each of `CheckpointSchema.columns`, in that order.
struct CheckpointRows {
  typealias Vectors = CheckpointVectors

  let columns: [ColumnVector]

  init(_ actions: [Action]) {
    columns = [
      Self.transactions(actions.map { if case .setTransaction(let action) = $0 { action } else { nil } }),
      Self.adds(actions.map { if case .add(let action) = $0 { action } else { nil } }),
      Self.removes(actions.map { if case .remove(let action) = $0 { action } else { nil } }),
      Self.metadata(actions.map { if case .metadata(let action) = $0 { action } else { nil } }),
      Self.protocols(actions.map { if case .protocolAction(let action) = $0 { action } else { nil } }),
      Self.domains(actions.map { if case .domainMetadata(let action) = $0 { action } else { nil } }),
    ]
  }

  private static func transactions(_ rows: [SetTransaction?]) -> ColumnVector {
    Vectors.structure(
      rows,
      [
        Vectors.longs(rows.map { $0?.version }), Vectors.strings(rows.map { $0?.appID }),
        Vectors.longs(rows.map { $0?.lastUpdated }),
      ])
  }

  private static func adds(_ rows: [AddFile?]) -> ColumnVector {
    Vectors.structure(
      rows,
      [
        Vectors.strings(rows.map { $0.map { PathEncoding.encode($0.path) } }),
        Vectors.stringMaps(rows.map { $0?.partitionValues }),
        Vectors.longs(rows.map { $0.map { Int64($0.size) } }),
        Vectors.longs(rows.map { $0?.modificationTime }),
        // What a checkpoint holds was there before it.
        Vectors.booleans(rows.map { $0 == nil ? nil : false }),
        Vectors.stringMaps(rows.map { $0?.tags }), deletionVectors(rows.map { $0?.deletionVector }),
        Vectors.longs(rows.map { $0?.baseRowID }), Vectors.longs(rows.map { $0?.defaultRowCommitVersion }),
        Vectors.strings(rows.map { $0?.clusteringProvider }), Vectors.strings(rows.map { $0?.stats }),
      ])
  }

  private static func removes(_ rows: [RemoveFile?]) -> ColumnVector {
    Vectors.structure(
      rows,
      [
        Vectors.strings(rows.map { $0.map { PathEncoding.encode($0.path) } }),
        Vectors.longs(rows.map { $0?.deletionTimestamp }),
        Vectors.booleans(rows.map { $0 == nil ? nil : false }),
        Vectors.booleans(rows.map { $0?.extendedFileMetadata }),
        Vectors.stringMaps(rows.map { $0?.partitionValues }),
        Vectors.longs(rows.map { $0?.size.map { Int64($0) } }),
        deletionVectors(rows.map { $0?.deletionVector }), Vectors.longs(rows.map { $0?.baseRowID }),
        Vectors.longs(rows.map { $0?.defaultRowCommitVersion }),
      ])
  }

  private static func deletionVectors(_ rows: [DeletionVectorDescriptor?]) -> ColumnVector {
    Vectors.structure(
      rows,
      [
        Vectors.strings(rows.map { $0?.storageType.rawValue }),
        Vectors.strings(rows.map { $0?.pathOrInlineDV }),
        Vectors.ints(rows.map { $0?.offset.map { Int32(clamping: $0) } }),
        Vectors.ints(rows.map { $0.map { Int32(clamping: $0.sizeInBytes) } }),
        Vectors.longs(rows.map { $0.map { Int64($0.cardinality) } }),
      ])
  }

  private static func metadata(_ rows: [Metadata?]) -> ColumnVector {
    Vectors.structure(
      rows,
      [
        Vectors.strings(rows.map { $0?.id }), Vectors.strings(rows.map { $0?.name }),
        Vectors.strings(rows.map { $0?.description }),
        Vectors.structure(
          rows,
          [Vectors.strings(rows.map { $0?.provider }), Vectors.stringMaps(rows.map { $0?.formatOptions })]),
        Vectors.strings(rows.map { $0?.schema.schemaString }),
        Vectors.stringLists(rows.map { $0?.partitionColumns }),
        Vectors.stringMaps(rows.map { $0?.configuration.mapValues(Optional.some) }),
        Vectors.longs(rows.map { $0?.createdTime }),
      ])
  }

  private static func protocols(_ rows: [ProtocolAction?]) -> ColumnVector {
    Vectors.structure(
      rows,
      [
        Vectors.ints(rows.map { $0.map { Int32(clamping: $0.minReaderVersion) } }),
        Vectors.ints(rows.map { $0.map { Int32(clamping: $0.minWriterVersion) } }),
        Vectors.stringLists(rows.map { $0?.readerFeatures }),
        Vectors.stringLists(rows.map { $0?.writerFeatures }),
      ])
  }

  private static func domains(_ rows: [DomainMetadata?]) -> ColumnVector {
    Vectors.structure(
      rows,
      [
        Vectors.strings(rows.map { $0?.domain }), Vectors.strings(rows.map { $0?.configuration }),
        Vectors.booleans(rows.map { $0?.removed }),
      ])
  }
}
