import CDCCore

/// Statistics as JSON text, by physical column names.
extension FileStatistics {
  package func json(_ schema: DeltaSchema) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("numRecords", numRecords)
      writer.field("tightBounds", tightBounds)
      write("minValues", .min, schema, to: &writer)
      write("maxValues", .max, schema, to: &writer)
      write("nullCount", .nullCount, schema, to: &writer)
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// The same text with wide bounds, for a file that gets a deletion vector.
  static func widened(_ json: String) throws -> String {
    guard case .object(var fields) = try JSONValue(parsing: json) else { return json }
    fields.removeAll { $0.name == "tightBounds" }
    fields.append(.init(name: "tightBounds", value: .boolean(false)))
    return JSONValue.object(fields).text
  }

  fileprivate static let tight = #""tightBounds":true"#

  private enum Part { case min, max, nullCount }

  private func write(_ name: String, _ part: Part, _ schema: DeltaSchema, to writer: inout JSONWriter) {
    writer.name(name)
    writer.value(.object(Self.object(part, schema.fields, columns)))
  }

  private static func object(
    _ part: Part, _ fields: [DeltaField], _ columns: [ColumnBounds]
  ) -> [JSONValue.Field] {
    zip(fields, columns).compactMap { field, bounds in
      value(part, field, bounds).map { .init(name: field.physicalName, value: $0) }
    }
  }

  private static func value(_ part: Part, _ field: DeltaField, _ bounds: ColumnBounds) -> JSONValue? {
    if case .structure(let fields) = field.type {
      let object = object(part, fields, bounds.fields)
      return object.isEmpty ? nil : .object(object)
    }
    switch part {
    case .nullCount: return bounds.nullCount.map(JSONValue.integer)
    case .min: return bounds.min.flatMap { StatisticsValue.json($0, field.type, isUpper: false) }
    case .max: return bounds.max.flatMap { StatisticsValue.json($0, field.type, isUpper: true) }
    }
  }
}

extension AddFile {
  /// A file some of whose rows are gone need not have its bounds among the rest.
  func withWideBoundsWhereNeeded() throws -> AddFile {
    guard deletionVector != nil, let stats, stats.contains(FileStatistics.tight) else { return self }
    var file = self
    file.stats = try FileStatistics.widened(stats)
    return file
  }
}
