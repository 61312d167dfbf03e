/// A logical file of the table: a data file, and which of its rows are gone. PROTOCOL.md, "Add File and
/// Remove File".
package struct AddFile: Sendable, Hashable {
  /// Relative to the table, or absolute. Decoded: a space is a space here and `%20` in the log.
  package var path: String
  package var partitionValues: [String: String?]
  /// Of the data file, in bytes.
  package var size: Int
  /// Milliseconds since 1970-01-01T00:00:00Z.
  package var modificationTime: Int64
  /// False where the same rows were in the table before (compaction).
  package var dataChange: Bool
  /// The JSON text of `FileStatistics`.
  package var stats: String?
  package var tags: [String: String?]?
  package var deletionVector: DeletionVectorDescriptor?
  package var baseRowID: Int64?
  package var defaultRowCommitVersion: Int64?
  package var clusteringProvider: String?

  package init(
    path: String, size: Int, modificationTime: Int64, dataChange: Bool = true, stats: String? = nil,
    deletionVector: DeletionVectorDescriptor? = nil, partitionValues: [String: String?] = [:]
  ) {
    self.path = path
    self.size = size
    self.modificationTime = modificationTime
    self.dataChange = dataChange
    self.stats = stats
    self.deletionVector = deletionVector
    self.partitionValues = partitionValues
  }

  /// What the table knows the file by.
  package var logicalFile: LogicalFile { LogicalFile(path: path, deletionVector: deletionVector?.uniqueID) }

  /// The action that takes this very file, with its deletion vector, out of the table.
  ///
  /// - Parameter time: milliseconds since 1970-01-01T00:00:00Z; the file may be vacuumed when it is past
  ///   retention.
  package func removal(at time: Int64, dataChange: Bool = true) -> RemoveFile {
    RemoveFile(
      path: path, deletionTimestamp: time, dataChange: dataChange, extendedFileMetadata: true,
      partitionValues: partitionValues, size: size, tags: tags, deletionVector: deletionVector,
      baseRowID: baseRowID, defaultRowCommitVersion: defaultRowCommitVersion)
  }
}

/// The primary key of a file in a table: the same data file with another deletion vector is another logical
/// file.
package struct LogicalFile: Sendable, Hashable {
  package var path: String
  /// `DeletionVectorDescriptor.uniqueID`
  package var deletionVector: String?
}

extension AddFile {
  init(_ reader: inout JSONReader) throws {
    var path: String?
    var size: Int?
    self.init(path: "", size: 0, modificationTime: 0)
    try reader.object { reader, name in
      switch name {
      case "path": path = PathEncoding.decode(try reader.string())
      case "partitionValues": partitionValues = try reader.optionalStringMap() ?? [:]
      case "size": size = try reader.int()
      case "modificationTime": modificationTime = try reader.optionalInt64() ?? 0
      case "dataChange": dataChange = try reader.optionalBoolean() ?? true
      case "stats": stats = try reader.optionalString()
      case "tags": tags = try reader.optionalStringMap()
      case "deletionVector": deletionVector = try reader.nullable { try DeletionVectorDescriptor(&$0) }
      case "baseRowId": baseRowID = try reader.optionalInt64()
      case "defaultRowCommitVersion": defaultRowCommitVersion = try reader.optionalInt64()
      case "clusteringProvider": clusteringProvider = try reader.optionalString()
      default: try reader.skipValue()
      }
    }
    self.path = try reader.required(path, "add.path")
    self.size = try reader.required(size, "add.size")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("path", PathEncoding.encode(path))
      writer.field("partitionValues", partitionValues)
      writer.field("size", size)
      writer.field("modificationTime", modificationTime)
      writer.field("dataChange", dataChange)
      writer.field("stats", stats)
      writer.field("tags", tags)
      if let deletionVector {
        writer.name("deletionVector")
        deletionVector.write(to: &writer)
      }
      writer.field("baseRowId", baseRowID)
      writer.field("defaultRowCommitVersion", defaultRowCommitVersion)
      writer.field("clusteringProvider", clusteringProvider)
    }
  }
}
