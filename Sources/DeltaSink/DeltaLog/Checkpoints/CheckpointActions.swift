/// Each action from its row of a checkpoint.
extension CheckpointFields {
  fileprivate func required<T>(_ value: T?, _ field: String) throws -> T {
    guard let value else { throw Damaged(field: field) }
    return value
  }
}

extension AddFile {
  init(_ fields: CheckpointFields, _ row: Int) throws {
    self.init(
      path: PathEncoding.decode(try fields.required(fields.string("path", row), "add.path")),
      size: try fields.required(fields.int("size", row), "add.size"),
      modificationTime: try fields.int64("modificationTime", row) ?? 0,
      dataChange: try fields.boolean("dataChange", row) ?? false, stats: try fields.string("stats", row),
      deletionVector: try DeletionVectorDescriptor(of: fields, row),
      partitionValues: try fields.stringMap("partitionValues", row) ?? [:])
    tags = try fields.stringMap("tags", row)
    baseRowID = try fields.int64("baseRowId", row)
    defaultRowCommitVersion = try fields.int64("defaultRowCommitVersion", row)
    clusteringProvider = try fields.string("clusteringProvider", row)
  }
}

extension RemoveFile {
  init(_ fields: CheckpointFields, _ row: Int) throws {
    self.init(
      path: PathEncoding.decode(try fields.required(fields.string("path", row), "remove.path")),
      deletionTimestamp: try fields.int64("deletionTimestamp", row),
      dataChange: try fields.boolean("dataChange", row) ?? false,
      extendedFileMetadata: try fields.boolean("extendedFileMetadata", row),
      partitionValues: try fields.stringMap("partitionValues", row), size: try fields.int("size", row),
      deletionVector: try DeletionVectorDescriptor(of: fields, row),
      baseRowID: try fields.int64("baseRowId", row),
      defaultRowCommitVersion: try fields.int64("defaultRowCommitVersion", row))
  }
}

extension DeletionVectorDescriptor {
  fileprivate init?(of file: CheckpointFields, _ row: Int) throws {
    guard let fields = file.structure("deletionVector", row) else { return nil }
    try self.init(
      storageType: fields.required(fields.string("storageType", row), "deletionVector.storageType"),
      path: fields.required(fields.string("pathOrInlineDv", row), "deletionVector.pathOrInlineDv"),
      offset: fields.int("offset", row),
      sizeInBytes: fields.required(fields.int("sizeInBytes", row), "deletionVector.sizeInBytes"),
      cardinality: fields.required(fields.int("cardinality", row), "deletionVector.cardinality"))
  }
}

extension SetTransaction {
  init(_ fields: CheckpointFields, _ row: Int) throws {
    self.init(
      appID: try fields.required(fields.string("appId", row), "txn.appId"),
      version: try fields.required(fields.int64("version", row), "txn.version"),
      lastUpdated: try fields.int64("lastUpdated", row))
  }
}

extension Metadata {
  init(_ fields: CheckpointFields, _ row: Int) throws {
    let schemaString = try fields.required(fields.string("schemaString", row), "metaData.schemaString")
    self.init(
      schema: try DeltaSchema(schemaString: schemaString), name: try fields.string("name", row),
      description: try fields.string("description", row),
      configuration: (try fields.stringMap("configuration", row) ?? [:]).compactMapValues(\.self),
      createdTime: try fields.int64("createdTime", row))
    id = try fields.required(fields.string("id", row), "metaData.id")
    partitionColumns = try fields.strings("partitionColumns", row) ?? []
    if let format = fields.structure("format", row) {
      provider = try format.string("provider", row) ?? "parquet"
      formatOptions = try format.stringMap("options", row) ?? [:]
    }
  }
}

extension ProtocolAction {
  init(_ fields: CheckpointFields, _ row: Int) throws {
    self.init(
      minReaderVersion: try fields.required(fields.int("minReaderVersion", row), "protocol.minReaderVersion"),
      minWriterVersion: try fields.required(fields.int("minWriterVersion", row), "protocol.minWriterVersion"),
      readerFeatures: try fields.strings("readerFeatures", row),
      writerFeatures: try fields.strings("writerFeatures", row))
  }
}

extension DomainMetadata {
  init(_ fields: CheckpointFields, _ row: Int) throws {
    self.init(
      domain: try fields.required(fields.string("domain", row), "domainMetadata.domain"),
      configuration: try fields.string("configuration", row) ?? "",
      removed: try fields.boolean("removed", row) ?? false)
  }
}
