/// What a client must know to read and to write the table. PROTOCOL.md, "Protocol Evolution".
package struct ProtocolAction: Sendable, Hashable {
  package var minReaderVersion: Int
  package var minWriterVersion: Int
  /// Where `minReaderVersion` is 3, sorted.
  package var readerFeatures: [String]?
  /// Where `minWriterVersion` is 7, sorted.
  package var writerFeatures: [String]?

  package init(
    minReaderVersion: Int, minWriterVersion: Int, readerFeatures: [String]? = nil,
    writerFeatures: [String]? = nil
  ) {
    self.minReaderVersion = minReaderVersion
    self.minWriterVersion = minWriterVersion
    self.readerFeatures = readerFeatures?.sorted()
    self.writerFeatures = writerFeatures?.sorted()
  }
}

extension ProtocolAction {
  init(_ reader: inout JSONReader) throws {
    var readerVersion: Int?
    var writerVersion: Int?
    var readerFeatures: [String]?
    var writerFeatures: [String]?
    try reader.object { reader, name in
      switch name {
      case "minReaderVersion": readerVersion = try reader.int()
      case "minWriterVersion": writerVersion = try reader.int()
      case "readerFeatures": readerFeatures = try reader.optionalStrings()
      case "writerFeatures": writerFeatures = try reader.optionalStrings()
      default: try reader.skipValue()
      }
    }
    self.init(
      minReaderVersion: try reader.required(readerVersion, "protocol.minReaderVersion"),
      minWriterVersion: try reader.required(writerVersion, "protocol.minWriterVersion"),
      readerFeatures: readerFeatures, writerFeatures: writerFeatures)
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("minReaderVersion", minReaderVersion)
      writer.field("minWriterVersion", minWriterVersion)
      writer.field("readerFeatures", readerFeatures)
      writer.field("writerFeatures", writerFeatures)
    }
  }
}
