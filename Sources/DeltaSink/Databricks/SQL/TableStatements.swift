import CDCCore

/// What a table is made with, beside its columns.
struct TableClauses {
  let table: TableSchema

  init(_ table: TableSchema) { self.table = table }

  /// Delta keeps statistics of the first 32 columns only, and clusters by at most four of them.
  static let columnsWithStatistics = 32
  static let clusterLimit = 4

  var text: String {
    var lines = ["USING DELTA"]
    if !cluster.isEmpty { lines.append("CLUSTER BY (\(SQLText.names(cluster)))") }
    if let comment = table.comment { lines.append("COMMENT \(SQLText.string(comment))") }
    let properties = properties.map { "\(SQLText.string($0.0)) = \(SQLText.string($0.1))" }
    return (lines + ["TBLPROPERTIES (\(properties.joined(separator: ", ")))"]).joined(separator: "\n")
  }

  /// The key's columns; where there is none, the place in the log.
  var cluster: [String] {
    let wanted =
      table.hasKey ? table.key : table.columns.indices.filter { table.columns[$0].name == "_cdc_lsn" }
    let able = wanted.filter { $0 < Self.columnsWithStatistics && table.columns[$0].type.isClusterable }
    return able.prefix(Self.clusterLimit).map { table.columns[$0].name }
  }

  private var properties: [(String, String)] {
    [("delta.enableDeletionVectors", "true"), ("delta.columnMapping.mode", "name")]
  }
}

/// Makes and changes tables: one change a statement.
struct TableStatements {
  let layout: DatabricksLayout
  /// Declares keys, for the optimizer and for people; Databricks does not enforce them.
  var declaresPrimaryKeys = false

  func create(_ table: TableSchema, target: String) -> String {
    let isDeclared = declaresPrimaryKeys && table.hasKey
    var lines = table.columns.enumerated().map { index, column in
      definition(column, isRequired: isDeclared && table.key.contains(index))
    }
    if isDeclared { lines.append("PRIMARY KEY (\(SQLText.names(table.keyColumns.map(\.name))))") }
    return """
      CREATE TABLE IF NOT EXISTS \(layout.table(target)) (
        \(lines.joined(separator: ",\n  "))
      )
      \(TableClauses(table).text)
      """
  }

  /// Makes a table that has columns fit for one more, and adds it.
  func adding(_ column: ColumnSchema, to held: [HeldColumn], target: String) -> [String] {
    let add = addColumn(column, target: target)
    guard let feature = column.type.tableFeature, !held.contains(where: { $0.type?.tableFeature == feature })
    else { return [add] }
    return [enable(feature, target: target), add]
  }

  /// Changes nothing where the table has the feature.
  func enable(_ feature: String, target: String) -> String {
    "ALTER TABLE \(layout.table(target)) SET TBLPROPERTIES ('delta.feature.\(feature)' = 'supported')"
  }

  func addColumn(_ column: ColumnSchema, target: String) -> String {
    "ALTER TABLE \(layout.table(target)) ADD COLUMN \(definition(column, isRequired: false))"
  }

  /// No file is rewritten: the table maps its columns.
  func renameColumn(_ name: String, to other: String, target: String) -> String {
    "ALTER TABLE \(layout.table(target)) RENAME COLUMN \(SQLText.name(name)) TO \(SQLText.name(other))"
  }

  func dropColumn(_ name: String, target: String) -> String {
    "ALTER TABLE \(layout.table(target)) DROP COLUMN \(SQLText.name(name))"
  }

  func drop(target: String) -> String { "DROP TABLE IF EXISTS \(layout.table(target))" }

  func commentColumn(_ name: String, _ comment: String, target: String) -> String {
    "ALTER TABLE \(layout.table(target)) ALTER COLUMN \(SQLText.name(name)) COMMENT \(SQLText.string(comment))"
  }

  func commentTable(_ comment: String, target: String) -> String {
    "COMMENT ON TABLE \(layout.table(target)) IS " + (comment.isEmpty ? "NULL" : SQLText.string(comment))
  }

  func comments(_ comments: ShapeComments, target: String) -> [String] {
    (comments.table.map { [commentTable($0, target: target)] } ?? [])
      + columnComments(comments, target: target)
  }

  func columnComments(_ comments: ShapeComments, target: String) -> [String] {
    comments.columns.map { commentColumn($0.name, $0.comment, target: target) }
  }

  func cluster(_ table: TableSchema, target: String) -> String {
    let columns = TableClauses(table).cluster
    return "ALTER TABLE \(layout.table(target)) CLUSTER BY "
      + (columns.isEmpty ? "NONE" : "(\(SQLText.names(columns)))")
  }

  private func definition(_ column: ColumnSchema, isRequired: Bool) -> String {
    SQLText.name(column.name) + " " + column.type.sqlName + (isRequired ? " NOT NULL" : "")
      + (column.comment.map { " COMMENT \(SQLText.string($0))" } ?? "")
  }
}
