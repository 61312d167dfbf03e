/// The table's schema and settings; the latest one counts. PROTOCOL.md, "Change Metadata".
package struct Metadata: Sendable, Hashable {
  /// A GUID, for the table's life.
  package var id: String
  package var name: String?
  package var description: String?
  /// The files' format: `parquet`.
  package var provider: String
  package var formatOptions: [String: String?]
  package var schema: DeltaSchema
  package var partitionColumns: [String]
  /// Milliseconds since 1970-01-01T00:00:00Z.
  package var createdTime: Int64?
  /// Table properties: `delta.enableDeletionVectors`, …
  package var configuration: [String: String]

  package init(
    schema: DeltaSchema, name: String? = nil, description: String? = nil,
    configuration: [String: String] = [:], createdTime: Int64? = nil
  ) {
    id = UniqueName().description
    self.name = name
    self.description = description
    provider = "parquet"
    formatOptions = [:]
    self.schema = schema
    partitionColumns = []
    self.createdTime = createdTime
    self.configuration = configuration
  }
}

extension Metadata {
  init(_ reader: inout JSONReader) throws {
    var id: String?
    var schema: DeltaSchema?
    self.init(schema: DeltaSchema(fields: []))
    try reader.object { reader, name in
      switch name {
      case "id": id = try reader.string()
      case "name": self.name = try reader.optionalString()
      case "description": description = try reader.optionalString()
      case "format": try readFormat(&reader)
      case "schemaString": schema = try DeltaSchema(schemaString: reader.string())
      case "partitionColumns": partitionColumns = try reader.optionalStrings() ?? []
      case "createdTime": createdTime = try reader.optionalInt64()
      case "configuration":
        configuration = (try reader.optionalStringMap() ?? [:]).compactMapValues(\.self)
      default: try reader.skipValue()
      }
    }
    self.id = try reader.required(id, "metaData.id")
    self.schema = try reader.required(schema, "metaData.schemaString")
  }

  private mutating func readFormat(_ reader: inout JSONReader) throws {
    if try reader.null() { return }
    try reader.object { reader, name in
      switch name {
      case "provider": provider = try reader.optionalString() ?? "parquet"
      case "options": formatOptions = try reader.optionalStringMap() ?? [:]
      default: try reader.skipValue()
      }
    }
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("id", id)
      writer.field("name", name)
      writer.field("description", description)
      writer.name("format")
      writer.object { writer in
        writer.field("provider", provider)
        writer.field("options", formatOptions)
      }
      writer.field("schemaString", schema.schemaString)
      writer.field("partitionColumns", partitionColumns)
      writer.field("createdTime", createdTime)
      writer.field("configuration", configuration.mapValues(Optional.some))
    }
  }
}
