internal import CDCCore

/// How requests for loads and their outcomes are written down, in a lake and in a volume.
extension LoadRequest {
  var json: JSONValue {
    .array(tables.sorted().map { .array([.string($0.schema), .string($0.name)]) })
  }

  init(_ json: JSONValue, id: String, pipeline: String) {
    let tables = (json.elements ?? []).compactMap(TableName.init(json:))
    self.init(id: id, pipeline: pipeline, tables: Set(tables))
  }
}

extension TableName {
  fileprivate init?(json: JSONValue) {
    guard let parts = json.elements, parts.count == 2, let schema = parts[0].string,
      let name = parts[1].string
    else { return nil }
    self.init(schema: schema, name: name)
  }
}

extension LoadOutcome {
  var json: JSONValue {
    switch self {
    case .failed(let reason): return .object([.init(name: "failed", value: .string(reason))])
    case .loaded(let report):
      let tables = report.tables.map { table in
        JSONValue.object([
          .init(name: "table", value: .array([.string(table.name.schema), .string(table.name.name)])),
          .init(name: "rows", value: .integer(table.rows)),
          .init(name: "quarantined", value: .integer(table.quarantinedRows)),
          .init(name: "discarded", value: .integer(table.discardedValues)),
        ])
      }
      return .object([
        .init(name: "position", value: .string(report.position.description)),
        .init(name: "tables", value: .array(tables)),
      ])
    }
  }

  init(_ json: JSONValue) {
    guard let position = json["position"]?.string.flatMap({ LSN($0) }), let tables = json["tables"]?.elements
    else {
      self = .failed(json["failed"]?.string ?? "")
      return
    }
    self = .loaded(
      LoadReport(
        position: position,
        tables: tables.compactMap { table in
          guard let name = table["table"].flatMap(TableName.init(json:)) else { return nil }
          return LoadReport.Table(
            name: name, rows: table["rows"]?.integer ?? 0,
            quarantinedRows: table["quarantined"]?.integer ?? 0,
            discardedValues: table["discarded"]?.integer ?? 0)
        }, duration: .zero))
  }
}
