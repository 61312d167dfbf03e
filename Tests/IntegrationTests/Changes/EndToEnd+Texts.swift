import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// What duckdb answers over a table of the lake, known to the query as `t`: the first column as text, one a row.
  func texts(_ sql: String, path: String) async throws -> [String] {
    try await LakeReader.query(sql, tables: ["t": path]).map { row in
      try #require(JSONDecoder().decode([String].self, from: Data(row.utf8)).first)
    }
  }

  /// Of all rows that `filter` admits in the lake these columns are those that PostgreSQL has now.
  func expectRows(
    _ table: String, _ columns: String, where filter: String = "true",
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let select = "SELECT concat_ws('|', \(columns)) AS row FROM"
    let wanted = try await database.psql("\(select) \(table) ORDER BY 1").split(separator: "\n").map(
      String.init)
    let held = try await texts("\(select) t WHERE \(filter)", path: path(table))
    #expect(held.sorted() == wanted.sorted(), sourceLocation: sourceLocation)
  }
}
