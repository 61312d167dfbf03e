import CDCCore

/// Puts the staged rows in the place of all rows of a table, in one commit: readers see the old rows or the new ones.
/// Running it again from the same files changes nothing.
struct OverwriteStatement {
  let staged: StagedTable
  let layout: DatabricksLayout
  let `guard`: EpochGuard

  /// Keeps the table's grants, comments and clustering.
  var insertOverwrite: String {
    let names = staged.liveColumns.map(\.name) + staged.former
    let values = staged.livePlaces.map { staged.staged($0) } + staged.former.map { _ in "NULL" }
    return """
      INSERT OVERWRITE TABLE \(layout.table(staged.target)) (\(SQLText.names(names)))
      SELECT \(values.joined(separator: ", "))
      \(staged.from(`guard`))
      """
  }

  /// Changes the table's shape as well.
  var createOrReplace: String {
    let values = staged.livePlaces.map { place in
      "\(staged.staged(place)) AS \(SQLText.name(staged.columns[place].name))"
    }
    return """
      CREATE OR REPLACE TABLE \(layout.table(staged.target))
      \(TableClauses(staged.table).text)
      AS SELECT \(values.joined(separator: ", "))
      \(staged.from(`guard`))
      """
  }
}
