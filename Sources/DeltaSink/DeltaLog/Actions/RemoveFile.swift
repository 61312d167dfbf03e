/// A logical file that the table no longer has: a tombstone, until vacuum may take the file itself.
/// PROTOCOL.md, "Add File and Remove File".
package struct RemoveFile: Sendable, Hashable {
  /// Decoded, as in `AddFile`.
  package var path: String
  /// Milliseconds since 1970-01-01T00:00:00Z; nil counts as long ago.
  package var deletionTimestamp: Int64?
  package var dataChange: Bool
  package var extendedFileMetadata: Bool?
  package var partitionValues: [String: String?]?
  package var size: Int?
  package var tags: [String: String?]?
  package var deletionVector: DeletionVectorDescriptor?
  package var baseRowID: Int64?
  package var defaultRowCommitVersion: Int64?

  package var logicalFile: LogicalFile { LogicalFile(path: path, deletionVector: deletionVector?.uniqueID) }
}

extension RemoveFile {
  init(_ reader: inout JSONReader) throws {
    var path: String?
    self.init(path: "", dataChange: true)
    try reader.object { reader, name in
      switch name {
      case "path": path = PathEncoding.decode(try reader.string())
      case "deletionTimestamp": deletionTimestamp = try reader.optionalInt64()
      case "dataChange": dataChange = try reader.optionalBoolean() ?? true
      case "extendedFileMetadata": extendedFileMetadata = try reader.optionalBoolean()
      case "partitionValues": partitionValues = try reader.optionalStringMap()
      case "size": size = try reader.optionalInt()
      case "tags": tags = try reader.optionalStringMap()
      case "deletionVector": deletionVector = try reader.nullable { try DeletionVectorDescriptor(&$0) }
      case "baseRowId": baseRowID = try reader.optionalInt64()
      case "defaultRowCommitVersion": defaultRowCommitVersion = try reader.optionalInt64()
      default: try reader.skipValue()
      }
    }
    self.path = try reader.required(path, "remove.path")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("path", PathEncoding.encode(path))
      writer.field("deletionTimestamp", deletionTimestamp)
      writer.field("dataChange", dataChange)
      writer.field("extendedFileMetadata", extendedFileMetadata)
      writer.field("partitionValues", partitionValues)
      writer.field("size", size)
      writer.field("tags", tags)
      if let deletionVector {
        writer.name("deletionVector")
        deletionVector.write(to: &writer)
      }
      writer.field("baseRowId", baseRowID)
      writer.field("defaultRowCommitVersion", defaultRowCommitVersion)
    }
  }
}
