import CDCCore

/// The part of a manifest that is about one table.
extension StagedTable {
  var json: JSONValue {
    .object([
      .init(name: "action", value: .string(action.rawValue)),
      .init(name: "schema", value: .string(table.name.schema)),
      .init(name: "name", value: .string(table.name.name)),
      .init(name: "comment", value: table.comment.map { .string($0) } ?? .null),
      .init(name: "shape", value: .array(table.columns.map(\.json))),
      .init(name: "key", value: .array(table.key.map { .integer($0) })),
      .init(name: "target", value: .string(target)),
      .init(name: "columns", value: .array(columns.map(\.json))),
      .init(name: "rows", value: .string(rows)),
      .init(name: "superseded", value: superseded.map { .string($0) } ?? .null),
      .init(name: "hasUpserts", value: .boolean(hasUpserts)),
      .init(name: "hasDeletes", value: .boolean(hasDeletes)),
      .init(name: "kept", value: .array(kept.map { .integer($0) })),
      .init(name: "former", value: .array(former.map { .string($0) })),
      .init(
        name: "bounds",
        value: .array(bounds.map { .array([.string($0.column), .string($0.least), .string($0.greatest)]) })),
    ])
  }

  init(_ json: JSONValue) throws {
    guard let action = Action(rawValue: try json.text("action")) else { throw JSONValue.lacks("action") }
    let shape = try (json["shape"]?.elements ?? []).map { try ColumnSchema($0) }
    let columns = try (json["columns"]?.elements ?? []).map { try ColumnSchema($0) }
    let key = (json["key"]?.elements ?? []).compactMap(\.integer)
    let kept = (json["kept"]?.elements ?? []).compactMap(\.integer)
    guard key.allSatisfy(shape.indices.contains), kept.allSatisfy(columns.indices.contains) else {
      throw JSONValue.lacks("the columns that it names")
    }
    self.init(
      action: action,
      table: TableSchema(
        name: TableName(schema: try json.text("schema"), name: try json.text("name")), columns: shape,
        key: key, comment: json["comment"]?.string),
      target: try json.text("target"), columns: columns, rows: try json.text("rows"),
      superseded: json["superseded"]?.string, hasUpserts: json["hasUpserts"]?.boolean ?? true,
      hasDeletes: json["hasDeletes"]?.boolean ?? true, kept: kept,
      former: (json["former"]?.elements ?? []).compactMap(\.string),
      bounds: (json["bounds"]?.elements ?? []).compactMap { bound in
        guard let parts = bound.elements?.compactMap(\.string), parts.count == 3 else { return nil }
        return StagedBound(column: parts[0], least: parts[1], greatest: parts[2])
      })
  }
}

extension ColumnSchema {
  fileprivate var json: JSONValue {
    .object([
      .init(name: "name", value: .string(name)), .init(name: "type", value: .string(type.sqlName)),
      .init(name: "sourceType", value: .string(sourceType)),
      .init(name: "nullable", value: .boolean(isNullable)),
      .init(name: "comment", value: comment.map { .string($0) } ?? .null),
    ])
  }

  fileprivate init(_ json: JSONValue) throws {
    guard let type = SQLTypeParser.parse(try json.text("type")) else { throw JSONValue.lacks("a known type") }
    self.init(
      name: try json.text("name"), type: type, isNullable: json["nullable"]?.boolean ?? true,
      sourceType: json["sourceType"]?.string ?? "", comment: json["comment"]?.string)
  }
}
