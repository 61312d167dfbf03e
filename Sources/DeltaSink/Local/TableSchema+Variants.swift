import CDCCore

extension TableSchema {
  /// A VARIANT in Delta is two binaries in a struct, which this package does not write: Databricks makes them of the text.
  ///
  /// - Throws: `CDCError.configuration` where a hint asks for one.
  func requireNoVariant() throws {
    guard let column = columns.first(where: { $0.type == .variant }) else { return }
    throw CDCError(
      .configuration,
      "A hint makes the column a variant, which a lake cannot hold, only a table in Databricks. Leave the hint out: then the column "
        + "is a string, with the JSON's text.", table: name, column: column.name)
  }
}
