import CDCCore

/// The part of a manifest that is about one table.
extension StagedTable {
  var json: JSONValue {
    .object([
      .init(name: "action", value: .string(action.rawValue)),
      .init(name: "table", value: table.json),
      .init(name: "sourceKey", value: .array(sourceKey.map { .integer($0) })),
      .init(name: "position", value: position.json),
      .init(
        name: "earlier",
        value: .array(
          earlier.map { shape in
            .object([
              .init(name: "table", value: shape.source.json),
              .init(name: "position", value: shape.position.json),
            ])
          })),
      .init(name: "target", value: .string(target)),
      .init(name: "columns", value: .array(columns.map(\.json))),
      .init(name: "rows", value: .string(rows)),
      .init(name: "superseded", value: superseded.map { .string($0) } ?? .null),
      .init(name: "hasUpserts", value: .boolean(hasUpserts)),
      .init(name: "hasDeletes", value: .boolean(hasDeletes)),
      .init(name: "kept", value: .array(kept.map { .integer($0) })),
      .init(name: "gone", value: .array(gone.sorted().map { .integer($0) })),
      .init(name: "former", value: .array(former.map { .string($0) })),
      .init(name: "history", value: history?.json ?? .null),
      .init(name: "moves", value: .array(moves.map(\.json))),
      .init(
        name: "bounds",
        value: .array(bounds.map { .array([.string($0.column), .string($0.least), .string($0.greatest)]) })),
    ])
  }

  init(_ json: JSONValue) throws {
    guard let action = Action(rawValue: try json.text("action")) else { throw JSONValue.lacks("action") }
    let table = try TableSchema(manifest: json["table"])
    let columns = try (json["columns"]?.elements ?? []).map { try ColumnSchema($0) }
    let sourceKey = json.numbers("sourceKey")
    let (kept, gone) = (json.numbers("kept"), json.numbers("gone"))
    guard sourceKey.allSatisfy(table.columns.indices.contains),
      (kept + gone).allSatisfy(columns.indices.contains)
    else { throw JSONValue.lacks("the columns that it names") }
    self.init(
      action: action, table: table, sourceKey: sourceKey, target: try json.text("target"), columns: columns,
      rows: try json.text("rows"))
    position = json["position"]?.string.flatMap { LSN($0) }
    earlier = try (json["earlier"]?.elements ?? []).map { shape in
      StagedShape(
        source: try TableSchema(manifest: shape["table"]),
        position: shape["position"]?.string.flatMap { LSN($0) })
    }
    superseded = json["superseded"]?.string
    hasUpserts = json["hasUpserts"]?.boolean ?? true
    hasDeletes = json["hasDeletes"]?.boolean ?? true
    self.kept = kept
    self.gone = Set(gone)
    former = (json["former"]?.elements ?? []).compactMap(\.string)
    if let history = json["history"], history != .null {
      self.history = try StagedHistory(history, of: columns.count)
    }
    moves = try (json["moves"]?.elements ?? []).map { try ColumnMove($0) }
    bounds = (json["bounds"]?.elements ?? []).compactMap { bound in
      guard let parts = bound.elements?.compactMap(\.string), parts.count == 3 else { return nil }
      return StagedBound(column: parts[0], least: parts[1], greatest: parts[2])
    }
  }
}

extension JSONValue {
  fileprivate func numbers(_ name: String) -> [Int] { (self[name]?.elements ?? []).compactMap(\.integer) }
}

extension LSN? {
  fileprivate var json: JSONValue { map { .string($0.description) } ?? .null }
}

extension TableSchema {
  fileprivate var json: JSONValue {
    .object([
      .init(name: "schema", value: .string(name.schema)), .init(name: "name", value: .string(name.name)),
      .init(name: "comment", value: comment.map { .string($0) } ?? .null),
      .init(name: "mark", value: mark.map { .string($0) } ?? .null),
      .init(name: "columns", value: .array(columns.map(\.json))),
      .init(name: "key", value: .array(key.map { .integer($0) })),
    ])
  }

  fileprivate init(manifest json: JSONValue?) throws {
    guard let json else { throw JSONValue.lacks("table") }
    self.init(
      name: TableName(schema: try json.text("schema"), name: try json.text("name")),
      columns: try (json["columns"]?.elements ?? []).map { try ColumnSchema($0) }, key: json.numbers("key"),
      comment: json["comment"]?.string, mark: json["mark"]?.string)
    guard key.allSatisfy(columns.indices.contains) else { throw JSONValue.lacks("the columns that it names") }
  }
}

extension ColumnMove {
  fileprivate var json: JSONValue {
    .object([
      .init(name: "from", value: .string(from)),
      .init(name: "to", value: to.map { .string($0) } ?? .null),
      .init(name: "through", value: through.map { .string($0) } ?? .null),
    ])
  }

  fileprivate init(_ json: JSONValue) throws {
    self.init(from: try json.text("from"), to: json["to"]?.string, through: json["through"]?.string)
  }
}

extension ColumnSchema {
  var json: JSONValue {
    .object([
      .init(name: "name", value: .string(name)), .init(name: "type", value: .string(type.sqlName)),
      .init(name: "sourceType", value: .string(sourceType)),
      .init(name: "nullable", value: .boolean(isNullable)),
      .init(name: "comment", value: comment.map { .string($0) } ?? .null),
      .init(name: "number", value: number.map { .integer($0) } ?? .null),
    ])
  }

  init(_ json: JSONValue) throws {
    guard let type = SQLTypeParser.parse(try json.text("type")) else { throw JSONValue.lacks("a known type") }
    self.init(
      name: try json.text("name"), type: type, isNullable: json["nullable"]?.boolean ?? true,
      sourceType: json["sourceType"]?.string ?? "", comment: json["comment"]?.string,
      number: json["number"]?.integer)
  }
}
