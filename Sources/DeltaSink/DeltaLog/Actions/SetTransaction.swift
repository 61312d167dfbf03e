/// How far an application has come, recorded in the very commit of its data. PROTOCOL.md, "Transaction
/// Identifiers".
package struct SetTransaction: Sendable, Hashable {
  package var appID: String
  package var version: Int64
  /// Milliseconds since 1970-01-01T00:00:00Z.
  package var lastUpdated: Int64?

  package init(appID: String, version: Int64, lastUpdated: Int64? = nil) {
    self.appID = appID
    self.version = version
    self.lastUpdated = lastUpdated
  }
}

extension SetTransaction {
  init(_ reader: inout JSONReader) throws {
    var appID: String?
    var version: Int64?
    var lastUpdated: Int64?
    try reader.object { reader, name in
      switch name {
      case "appId": appID = try reader.string()
      case "version": version = try reader.int64()
      case "lastUpdated": lastUpdated = try reader.optionalInt64()
      default: try reader.skipValue()
      }
    }
    self.init(
      appID: try reader.required(appID, "txn.appId"),
      version: try reader.required(version, "txn.version"), lastUpdated: lastUpdated)
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("appId", appID)
      writer.field("version", version)
      writer.field("lastUpdated", lastUpdated)
    }
  }
}
