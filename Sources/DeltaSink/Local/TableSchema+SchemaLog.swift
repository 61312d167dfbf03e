import CDCCore

/// A table's columns as `_cdc_schema` has them.
extension TableSchema {
  var schemaLogText: String {
    let columns = columns.enumerated().map { position, column in
      JSONValue.object(
        [
          .init(name: "name", value: .string(column.name)),
          .init(name: "type", value: DeltaType(column.type).json),
          .init(name: "sourceType", value: .string(column.sourceType)),
          .init(name: "key", value: .boolean(key.contains(position))),
          .init(name: "nullable", value: .boolean(column.isNullable)),
        ] + (key.firstIndex(of: position).map { [.init(name: "keyOrder", value: .integer($0))] } ?? [])
          + (column.number.map { [.init(name: "number", value: .integer($0))] } ?? [])
          + (column.comment.map { [.init(name: "comment", value: .string($0))] } ?? []))
    }
    return JSONValue.array(columns).text
  }

  /// - Throws: where the text is of another version of this package.
  init(schemaLog text: String, name: TableName, mark: String?) throws {
    let elements = try JSONValue(parsing: text).elements ?? []
    self.init(name: name, columns: [], mark: mark)
    var places: [(order: Int, column: Int)] = []
    for (position, json) in elements.enumerated() {
      let type = try json["type"].map { try DeltaType($0) } ?? .primitive("string")
      // Of Databricks' tables: a lake's have none.
      let isVariant = type == DeltaType(.variant)
      columns.append(
        ColumnSchema(
          name: json["name"]?.string ?? "",
          type: try isVariant ? .variant : type.columnType(of: name.name, physical: false),
          isNullable: json["nullable"]?.boolean ?? true, sourceType: json["sourceType"]?.string ?? "",
          comment: json["comment"]?.string, number: json["number"]?.integer))
      if let order = json["keyOrder"]?.integer { places.append((order, position)) }
    }
    key = places.sorted { $0.order < $1.order }.map(\.column)
  }

  /// Equal as far as it matters; comments do not.
  func isNoted(like other: TableSchema) -> Bool {
    guard mark == other.mark, key == other.key, columns.count == other.columns.count else { return false }
    return zip(columns, other.columns).allSatisfy { one, other in
      one.name == other.name && one.number == other.number && one.sourceType == other.sourceType
        && one.isNullable == other.isNullable && one.type.isStored(like: other.type)
    }
  }

  /// The appended table, with the key of the source's table, by which that is recognised; Delta's has none.
  var appendedWithKey: TableSchema {
    var table = appended
    table.key = key
    return table
  }
}
