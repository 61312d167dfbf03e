import CDCCore

/// The columns of a classic checkpoint, one struct an action. PROTOCOL.md, "Checkpoint Schema".
enum CheckpointSchema {
  static let columns: [ColumnSchema] = [
    structure("txn", [long("version"), string("appId"), long("lastUpdated")]),
    structure(
      "add",
      [
        string("path"), stringMap("partitionValues"), long("size"), long("modificationTime"),
        boolean("dataChange"), stringMap("tags"), deletionVector, long("baseRowId"),
        long("defaultRowCommitVersion"), string("clusteringProvider"), string("stats"),
      ]),
    structure(
      "remove",
      [
        string("path"), long("deletionTimestamp"), boolean("dataChange"), boolean("extendedFileMetadata"),
        stringMap("partitionValues"), long("size"), deletionVector, long("baseRowId"),
        long("defaultRowCommitVersion"),
      ]),
    structure(
      "metaData",
      [
        string("id"), string("name"), string("description"),
        structure("format", [string("provider"), stringMap("options")]), string("schemaString"),
        stringList("partitionColumns"), stringMap("configuration"), long("createdTime"),
      ]),
    structure(
      "protocol",
      [
        int("minReaderVersion"), int("minWriterVersion"), stringList("readerFeatures"),
        stringList("writerFeatures"),
      ]),
    structure("domainMetadata", [string("domain"), string("configuration"), boolean("removed")]),
  ]

  private static let deletionVector = structure(
    "deletionVector",
    [string("storageType"), string("pathOrInlineDv"), int("offset"), int("sizeInBytes"), long("cardinality")])

  private static func structure(_ name: String, _ fields: [ColumnSchema]) -> ColumnSchema {
    ColumnSchema(name: name, type: .structure(fields))
  }
  private static func string(_ name: String) -> ColumnSchema { ColumnSchema(name: name, type: .string) }
  private static func long(_ name: String) -> ColumnSchema { ColumnSchema(name: name, type: .long) }
  private static func int(_ name: String) -> ColumnSchema { ColumnSchema(name: name, type: .int) }
  private static func boolean(_ name: String) -> ColumnSchema { ColumnSchema(name: name, type: .boolean) }
  private static func stringList(_ name: String) -> ColumnSchema {
    ColumnSchema(name: name, type: .list(.string))
  }
  private static func stringMap(_ name: String) -> ColumnSchema {
    ColumnSchema(name: name, type: .map(key: .string, value: .string))
  }
}
