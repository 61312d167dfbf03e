import CZlib

/// Deletion vectors on disk; inline ones, as other writers have them, are read. PROTOCOL.md, "Deletion Vector File Storage Format".
extension DeletionVector {
  private static let fileVersion: UInt8 = 1

  /// Writes the vectors into one new file in the table's directory, durable when it returns.
  ///
  /// - Returns: a descriptor for each, in order; none for none, and then no file.
  package static func write(
    _ vectors: [DeletionVector], to store: FileLogStore
  ) throws -> [DeletionVectorDescriptor] {
    guard !vectors.isEmpty else { return [] }
    let name = UniqueName()
    var file: [UInt8] = [fileVersion]
    var descriptors: [DeletionVectorDescriptor] = []
    for vector in vectors {
      let bytes = vector.serialized()
      guard bytes.count <= Int(Int32.max) - file.count else {
        throw DeltaError(.invalidTransaction, "The deletion vectors of one commit exceed two gigabytes.")
      }
      descriptors.append(
        DeletionVectorDescriptor(
          file: name, offset: file.count, sizeInBytes: bytes.count, cardinality: vector.cardinality))
      file.appendBigEndian(UInt32(bytes.count))
      file.append(contentsOf: bytes)
      file.appendBigEndian(checksum(bytes))
    }
    try PosixDirectory.create(store.tablePath)
    try PosixFile.create("\(store.tablePath)/\(DeletionVectorDescriptor.fileName(name))", file)
    try PosixDirectory.sync(store.tablePath)
    return descriptors
  }

  /// - Throws: `DeltaError.corruptDeletionVector` where bytes, checksum or cardinality are not as described,
  ///   `DeltaError.notFound` where the file is gone.
  package static func read(
    _ descriptor: DeletionVectorDescriptor, from store: FileLogStore
  ) throws -> DeletionVector {
    let file = try descriptor.filePath()
    do {
      let bytes = try file.map { try stored(descriptor, in: store.absolutePath($0)) } ?? inline(descriptor)
      let vector = try DeletionVector(serialized: bytes)
      guard vector.cardinality == descriptor.cardinality else {
        throw DeltaError(.corruptDeletionVector, "A deletion vector has not the rows that the log says.")
      }
      return vector
    } catch var error as DeltaError {
      error.path = error.path ?? file
      throw error
    }
  }

  private static func inline(_ descriptor: DeletionVectorDescriptor) throws -> [UInt8] {
    guard let bytes = Base85.decode(descriptor.pathOrInlineDV),
      (descriptor.sizeInBytes...descriptor.sizeInBytes + 3).contains(bytes.count)
    else { throw DeltaError(.corruptDeletionVector, "An inline deletion vector is not Base85 of its size.") }
    return Array(bytes.prefix(descriptor.sizeInBytes))
  }

  private static func stored(_ descriptor: DeletionVectorDescriptor, in path: String) throws -> [UInt8] {
    let size = descriptor.sizeInBytes
    guard let bytes = try PosixFile.read(path, offset: descriptor.offset ?? 0, count: size + 8) else {
      throw DeltaError(
        .notFound, "A deletion vector's file is gone: restore it, or load the table anew.", path: path)
    }
    guard bytes.count == size + 8, bigEndian(bytes[0..<4]) == UInt32(size) else {
      throw DeltaError(.corruptDeletionVector, "A deletion vector's file has not the size that the log says.")
    }
    let data = Array(bytes[4..<4 + size])
    guard bigEndian(bytes[(4 + size)...]) == checksum(data) else {
      throw DeltaError(.corruptDeletionVector, "A deletion vector's checksum is wrong.")
    }
    return data
  }

  private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      UInt32(truncatingIfNeeded: unsafe crc32(0, buffer.baseAddress, UInt32(buffer.count)))
    }
  }
}

extension FileLogStore {
  /// The file that a path of the log stands for; `file:` URIs are absolute paths.
  package func absolutePath(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    if path.hasPrefix("file:") {
      let rest = path.dropFirst(5)
      return rest.hasPrefix("//") ? String(rest.dropFirst(2)) : String(rest)
    }
    return "\(tablePath)/\(path)"
  }
}
