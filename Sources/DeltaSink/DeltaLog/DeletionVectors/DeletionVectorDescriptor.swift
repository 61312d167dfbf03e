/// Where a deletion vector lies. PROTOCOL.md, "Deletion Vector Descriptor Schema".
package struct DeletionVectorDescriptor: Sendable, Hashable {
  package var storageType: StorageType
  package var pathOrInlineDV: String
  /// Where the vector begins in its file: at its size field. Nil where it is inline.
  package var offset: Int?
  /// Of the serialized vector, without size and checksum.
  package var sizeInBytes: Int
  /// How many rows of the file are gone.
  package var cardinality: Int

  package enum StorageType: String, Sendable, Hashable {
    /// A file beside the table's, named by a UUID.
    case relative = "u"
    /// In the log itself, in Base85.
    case inline = "i"
    /// A file by its absolute path.
    case absolute = "p"
  }

  /// Tells the vectors of one data file apart.
  package var uniqueID: String {
    let id = storageType.rawValue + pathOrInlineDV
    return offset.map { "\(id)@\($0)" } ?? id
  }
}

extension DeletionVectorDescriptor {
  private static let encodedUUIDLength = 20

  init(file: UniqueName, offset: Int, sizeInBytes: Int, cardinality: Int) {
    storageType = .relative
    pathOrInlineDV = Base85.encode(file.bytes)
    self.offset = offset
    self.sizeInBytes = sizeInBytes
    self.cardinality = cardinality
  }

  /// The file's name for a UUID, in the table's directory.
  static func fileName(_ name: UniqueName) -> String { "deletion_vector_\(name).bin" }

  /// The path of the vector's file relative to the table, or absolute; nil where it is inline.
  ///
  /// - Throws: where the name cannot be decoded.
  package func filePath() throws -> String? {
    switch storageType {
    case .inline: return nil
    case .absolute: return PathEncoding.decode(pathOrInlineDV)
    case .relative:
      let prefix = pathOrInlineDV.utf8.count - Self.encodedUUIDLength
      guard prefix >= 0,
        let start = pathOrInlineDV.index(
          pathOrInlineDV.startIndex, offsetBy: prefix, limitedBy: pathOrInlineDV.endIndex),
        let bytes = Base85.decode(pathOrInlineDV[start...]), let name = UniqueName(bytes: bytes)
      else {
        throw DeltaError(.corruptDeletionVector, "A deletion vector's file name is not Base85 of a UUID.")
      }
      let file = Self.fileName(name)
      return prefix == 0 ? file : "\(pathOrInlineDV[..<start])/\(file)"
    }
  }

  init(_ reader: inout JSONReader) throws {
    var storageType: String?
    var path: String?
    var size: Int?
    var cardinality: Int?
    var offset: Int?
    try reader.object { reader, name in
      switch name {
      case "storageType": storageType = try reader.string()
      case "pathOrInlineDv": path = try reader.string()
      case "offset": offset = try reader.optionalInt()
      case "sizeInBytes": size = try reader.int()
      case "cardinality": cardinality = try reader.int()
      default: try reader.skipValue()
      }
    }
    try self.init(
      storageType: reader.required(storageType, "deletionVector.storageType"),
      path: reader.required(path, "deletionVector.pathOrInlineDv"), offset: offset,
      sizeInBytes: reader.required(size, "deletionVector.sizeInBytes"),
      cardinality: reader.required(cardinality, "deletionVector.cardinality"))
  }

  /// Checks what came from outside.
  init(storageType: String, path: String, offset: Int?, sizeInBytes: Int, cardinality: Int) throws {
    guard let type = StorageType(rawValue: storageType) else {
      throw DeltaError(
        .unsupportedFeature, "A deletion vector is stored in a way that the Delta protocol does not know yet."
      )
    }
    guard sizeInBytes >= 0, cardinality >= 0, (offset ?? 0) >= 0, sizeInBytes <= Int(Int32.max),
      (offset ?? 0) <= Int(Int32.max)
    else { throw DeltaError(.corruptDeletionVector, "A deletion vector's size or offset is out of range.") }
    self.storageType = type
    pathOrInlineDV = path
    self.offset = offset
    self.sizeInBytes = sizeInBytes
    self.cardinality = cardinality
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("storageType", storageType.rawValue)
      writer.field("pathOrInlineDv", pathOrInlineDV)
      writer.field("offset", offset)
      writer.field("sizeInBytes", sizeInBytes)
      writer.field("cardinality", cardinality)
    }
  }
}
