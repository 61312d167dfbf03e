/// A column of a statement's result.
package struct StatementColumn: Sendable, Hashable {
  package var name: String
  /// As SQL has it: `BIGINT`, `ARRAY<STRING>`.
  package var typeText: String

  package init(name: String, typeText: String) {
    self.name = name
    self.typeText = typeText
  }
}

/// A whole result, in memory.
package struct StatementResult: Sendable {
  package var columns: [StatementColumn]
  /// The values in text form, as Databricks writes them.
  package var rows: [[String?]]

  package init(columns: [StatementColumn], rows: [[String?]]) {
    self.columns = columns
    self.rows = rows
  }

  /// `num_affected_rows` of a MERGE, INSERT, UPDATE or DELETE; nil where the statement has none.
  package var affectedRows: Int? { count("num_affected_rows") }

  /// An integer of the first row, by the column's name: `num_inserted_rows`.
  package func count(_ name: String) -> Int? {
    guard let index = columns.firstIndex(where: { $0.name == name }), let row = rows.first, index < row.count
    else { return nil }
    return row[index].flatMap { Int($0) }
  }
}
