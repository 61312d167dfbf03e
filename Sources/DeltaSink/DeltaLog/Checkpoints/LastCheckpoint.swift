/// `_last_checkpoint`: a hint at the newest checkpoint. PROTOCOL.md, "Last Checkpoint File Schema".
struct LastCheckpoint: Sendable, Hashable {
  var version: Int
  /// Actions in the checkpoint.
  var size: Int
  /// Where it has several files.
  var parts: Int?
  var sizeInBytes: Int?
  var numOfAddFiles: Int?

  static func path(in store: FileLogStore) -> String { "\(store.logPath)/_last_checkpoint" }

  /// Nil where there is none; it is a hint only, so one that is damaged counts as none.
  static func read(from store: FileLogStore) throws -> LastCheckpoint? {
    guard let bytes = try PosixFile.read(path(in: store)) else { return nil }
    return try? LastCheckpoint(json: bytes)
  }

  init(version: Int, size: Int, sizeInBytes: Int, numOfAddFiles: Int) {
    self.version = version
    self.size = size
    self.sizeInBytes = sizeInBytes
    self.numOfAddFiles = numOfAddFiles
  }

  init(json bytes: [UInt8]) throws {
    var reader = JSONReader(bytes)
    var version: Int?
    var size: Int?
    var parts: Int?
    var sizeInBytes: Int?
    var numOfAddFiles: Int?
    try reader.object { reader, name in
      switch name {
      case "version": version = try reader.int()
      case "size": size = try reader.optionalInt()
      case "parts": parts = try reader.optionalInt()
      case "sizeInBytes": sizeInBytes = try reader.optionalInt()
      case "numOfAddFiles": numOfAddFiles = try reader.optionalInt()
      default: try reader.skipValue()
      }
    }
    self.version = try reader.required(version, "version")
    self.size = size ?? 0
    self.parts = parts
    self.sizeInBytes = sizeInBytes
    self.numOfAddFiles = numOfAddFiles
  }

  var json: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("version", version)
      writer.field("size", size)
      writer.field("parts", parts)
      writer.field("sizeInBytes", sizeInBytes)
      writer.field("numOfAddFiles", numOfAddFiles)
    }
    return writer.bytes
  }
}
