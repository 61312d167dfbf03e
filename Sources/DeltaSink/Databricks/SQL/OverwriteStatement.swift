import CDCCore

/// Puts the staged rows in the place of all rows of a table, or of those that do not stay, in one commit: readers see the
/// old rows or the new ones. Running it again from the same files changes nothing.
struct OverwriteStatement {
  let staged: StagedTable
  let layout: DatabricksLayout
  let `guard`: EpochGuard

  /// Keeps the table's grants, comments and clustering.
  var insertOverwrite: String {
    let names = (staged.liveColumns + former).map(\.name) + staged.former
    let values =
      staged.livePlaces.map { staged.staged($0) } + former.map { null($0) }
      + staged.former.map { _ in "NULL" }
    return """
      INSERT OVERWRITE TABLE \(layout.table(staged.target)) (\(SQLText.names(names)))
      \(query(values))
      """
  }

  /// Changes the table's shape as well.
  var createOrReplace: String {
    let values =
      staged.livePlaces.map { "\(staged.staged($0)) AS \(SQLText.name(staged.columns[$0].name))" }
      + former.map { "\(null($0)) AS \(SQLText.name($0.name))" }
    return """
      CREATE OR REPLACE TABLE \(layout.table(staged.target))
      \(TableClauses(staged.table).text)
      AS \(query(values))
      """
  }

  /// - Parameter values: of a staged row.
  private func query(_ values: [String]) -> String {
    let loaded = "SELECT \(values.joined(separator: ", "))\n\(staged.from(`guard`))"
    let carried = staged.history.map {
      CarriedStatement(staged: staged, history: $0, layout: layout, guard: `guard`).queries
    }
    return ([loaded] + (carried ?? [])).joined(separator: "\nUNION ALL\n")
  }

  /// Columns that only older rows have values in.
  private var former: [ColumnSchema] { staged.history?.former ?? [] }

  private func null(_ column: ColumnSchema) -> String { "CAST(NULL AS \(column.type.sqlName))" }
}
