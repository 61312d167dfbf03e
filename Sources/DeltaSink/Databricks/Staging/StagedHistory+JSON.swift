import CDCCore

/// The part of a manifest that is about the rows of a table which stay when it is loaded.
extension StagedHistory {
  var json: JSONValue {
    .object([
      .init(name: "version", value: .number("\(version)")),
      .init(name: "origins", value: .array(origins.map { $0?.json ?? .null })),
      .init(name: "former", value: .array(former.map(\.json))),
      .init(name: "unlessLoaded", value: .boolean(unlessLoaded)),
      .init(
        name: "endings", value: .array(endings.map { .array([.string($0.column), .string($0.literal)]) })),
      .init(name: "emptied", value: emptied.map { .string($0.description) } ?? .null),
    ])
  }

  /// - Parameter columns: how many the load has.
  init(_ json: JSONValue, of columns: Int) throws {
    let origins = try (json["origins"]?.elements ?? []).map { origin in
      origin == .null ? nil : try ColumnSchema(origin)
    }
    guard origins.count == columns, let unlessLoaded = json["unlessLoaded"]?.boolean else {
      throw JSONValue.lacks("what stays of a table's rows")
    }
    self.init(version: try json.long("version"), origins: origins)
    former = try (json["former"]?.elements ?? []).map { try ColumnSchema($0) }
    self.unlessLoaded = unlessLoaded
    endings = try (json["endings"]?.elements ?? []).map { ending in
      guard let parts = ending.elements?.compactMap(\.string), parts.count == 2 else {
        throw JSONValue.lacks("an ending")
      }
      return Ending(column: parts[0], literal: parts[1])
    }
    emptied = json["emptied"]?.string.flatMap { LSN($0) }
  }
}
