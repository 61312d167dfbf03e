import CDCCore

/// The queries of a load's statement that bring the rows which the table has already, in the load's columns.
struct CarriedStatement {
  let staged: StagedTable
  let history: StagedHistory
  let layout: DatabricksLayout
  let `guard`: EpochGuard

  var queries: [String] { (history.emptied.map { [emptied(at: $0)] } ?? []) + [older] }

  private var older: String {
    let values = (staged.livePlaces.map { ended($0) } + history.former.map { held($0) }).joined(
      separator: ",\n  ")
    return """
      SELECT \(values)
      FROM \(layout.table(staged.target)) VERSION AS OF \(history.version) AS h
      \(history.unlessLoaded ? unlessLoaded + "\n" : "")WHERE \(`guard`.condition)
      """
  }

  private func held(_ column: ColumnSchema) -> String { "h.\(SQLText.name(column.name))" }

  private func value(_ place: Int) -> String {
    let type = staged.columns[place].type
    guard let origin = history.origins[place] else { return "CAST(NULL AS \(type.sqlName))" }
    return ConvertedValue.expression(held(origin), origin.type, to: type)
  }

  private func ended(_ place: Int) -> String {
    let name = staged.columns[place].name
    guard let ending = history.endings.first(where: { $0.column == name }),
      let first = history.endings.first.flatMap({ staged.place(of: $0.column) })
    else { return value(place) }
    return "CASE WHEN \(value(first)) IS NULL THEN \(ending.literal) ELSE \(value(place)) END"
  }

  /// The key's staged files alone are read.
  private var unlessLoaded: String {
    let places = staged.table.keyColumns.compactMap { staged.place(of: $0.name) }
    let schema = places.map { "c\($0) \(staged.columns[$0].type.sqlName)" }.joined(separator: ", ")
    let equal = places.map { "\(value($0)) <=> l.c\($0)" }.joined(separator: " AND ")
    return "LEFT ANTI JOIN \(StagedTable.readFiles(staged.rows, schema)) AS l ON \(equal)"
  }

  /// As if the source had emptied the table before the load filled it again.
  private func emptied(at position: LSN) -> String {
    let known = [
      "_cdc_op": "'t'", "_cdc_lsn": "CAST(\(Int64(bitPattern: position.rawValue)) AS BIGINT)",
      "_cdc_sequence": "CAST(-2 AS BIGINT)",
    ]
    let columns = staged.liveColumns + history.former
    let values = columns.map { known[$0.name] ?? "CAST(NULL AS \($0.type.sqlName))" }
    return """
      SELECT \(values.joined(separator: ", "))
      FROM VALUES (0) AS o(`n`)
      WHERE \(`guard`.condition)
      """
  }
}
