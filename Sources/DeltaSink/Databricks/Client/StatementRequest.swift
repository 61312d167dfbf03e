/// The body of `POST /api/2.0/sql/statements`.
struct StatementRequest: Sendable {
  var statement: String
  var warehouseID: String
  var parameters: [SQLParameter]
  var tags: [String: String]
  var disposition: Disposition

  enum Disposition: String, Sendable {
    /// At most 25 MiB, within the answers.
    case inline = "INLINE"
    /// Of any size, at addresses of the cloud's storage.
    case externalLinks = "EXTERNAL_LINKS"
  }

  /// The longest text that the API takes, in bytes.
  static let maximumTextSize = 16 << 20
  private static let maximumTags = 20

  /// - Throws: `invalidRequest` for what the API would refuse anyway.
  func json() throws -> [UInt8] {
    guard statement.utf8.count <= Self.maximumTextSize else {
      throw DatabricksError(
        .invalidRequest,
        "A statement of \(statement.utf8.count) bytes is longer than the 16 MiB that Databricks takes.")
    }
    guard tags.count <= Self.maximumTags else {
      throw DatabricksError(.invalidRequest, "Databricks takes at most \(Self.maximumTags) query tags.")
    }
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("warehouse_id", warehouseID)
      writer.field("statement", statement)
      // The server answers as soon as the statement ends, at the latest after that time.
      writer.field("wait_timeout", "30s")
      writer.field("on_wait_timeout", "CONTINUE")
      writer.field("disposition", disposition.rawValue)
      writer.field("format", "JSON_ARRAY")
      if !parameters.isEmpty { writer.name("parameters") }
      if !parameters.isEmpty { writer.array { writer in parameters.forEach { $0.write(to: &writer) } } }
      if !tags.isEmpty { writer.name("query_tags") }
      if !tags.isEmpty { writer.array { writeTags(to: &$0) } }
    }
    return writer.bytes
  }

  private func writeTags(to writer: inout JSONWriter) {
    for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
      writer.object { writer in
        writer.field("key", key)
        writer.field("value", value)
      }
    }
  }
}

extension SQLParameter {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("name", name)
      // A parameter without a value is NULL.
      writer.field("value", value)
      writer.field("type", type)
    }
  }
}
