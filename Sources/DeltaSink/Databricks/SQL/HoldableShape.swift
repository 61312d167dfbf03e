import CDCCore

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
