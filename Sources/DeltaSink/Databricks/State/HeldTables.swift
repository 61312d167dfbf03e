import CDCCore

/// A column of a table of the dataset, as Databricks has it.
struct HeldColumn: Sendable, Hashable {
  var name: String
  /// In Databricks' words.
  var typeText: String
  var comment: String?

  var type: ColumnType? { SQLTypeParser.parse(typeText) }
}

/// How a table of the dataset must change to take rows of a shape.
struct ShapeChange: Sendable {
  var added: [ColumnSchema] = []
  /// Columns that the shape does not have.
  var surplus: [String] = []
  /// The first column whose type is another one.
  var conflict: (column: ColumnSchema, held: String)?

  init(_ held: [HeldColumn], to columns: [ColumnSchema]) {
    var byName: [String: HeldColumn] = [:]
    for column in held { byName[column.name.lowercased()] = column }
    for column in columns {
      guard let own = byName.removeValue(forKey: column.name.lowercased()) else {
        added.append(column)
        continue
      }
      if own.type?.isStored(like: column.type) != true, conflict == nil { conflict = (column, own.typeText) }
    }
    surplus = held.map(\.name).filter { byName[$0.lowercased()] != nil }
  }

  /// - Throws: `CDCError.schemaContract` where changes cannot be put into the table.
  func requireEvolvable(_ table: TableName) throws {
    guard let conflict else { return }
    throw CDCError(
      .schemaContract,
      "The column changed its type from \(conflict.held) to \(conflict.column.type.sqlName), which the table in "
        + "Databricks cannot follow in place. Load the table again: "
        + "cdc run --mode full_load --tables '\(table)'.", table: table, column: conflict.column.name)
  }
}

extension TableSchema {
  /// - Throws: `CDCError.schemaContract` where Unity Catalog cannot hold such a table.
  func requireHoldable() throws {
    guard !columns.isEmpty else {
      throw CDCError(.schemaContract, "The table has no columns. Leave it out.", table: name)
    }
    var seen: [String: String] = [:]
    for column in columns {
      if column.name.isEmpty || column.name.count > 255 {
        throw CDCError(
          .schemaContract, "The column's name is empty or longer than 255 characters. Leave the column out.",
          table: name, column: column.name)
      }
      if let other = seen.updateValue(column.name, forKey: column.name.lowercased()) {
        throw CDCError(
          .schemaContract,
          "The columns \"\(other)\" and \"\(column.name)\" are one name to Databricks, which ignores case. "
            + "Leave one of them out.", table: name, column: column.name)
      }
    }
  }
}
