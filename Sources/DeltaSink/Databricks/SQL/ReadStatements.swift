import CDCCore

/// Queries whose every value comes back as text that says it exactly: see `ExactText`.
struct ReadStatements {
  let layout: DatabricksLayout

  /// The newest version of the Delta table, and what made it.
  func version(of target: String) -> String { "DESCRIBE HISTORY \(layout.table(target)) LIMIT 1" }

  func rows(of target: String, columns: [ColumnSchema]) -> String {
    let values = columns.enumerated().map { index, column in
      "\(ExactText.expression("t.\(SQLText.name(column.name))", column.type)) AS c\(index)"
    }
    return """
      SELECT \(values.joined(separator: ",\n  "))
      FROM \(layout.table(target)) AS t
      """
  }

  /// Columns of the rows with keys that lie in staged files; the first value is the key's number there.
  func values(
    of columns: [ColumnSchema], in target: String, key: [ColumnSchema], keysIn folder: String
  ) -> String {
    let fields = ["number BIGINT"] + key.enumerated().map { "k\($0) \($1.type.sqlName)" }
    let values = columns.enumerated().map { index, column in
      "\(ExactText.expression("t.\(SQLText.name(column.name))", column.type)) AS c\(index)"
    }
    let condition = key.enumerated().map { "t.\(SQLText.name($1.name)) = k.k\($0)" }
    return """
      SELECT \((["CAST(k.number AS STRING) AS number"] + values).joined(separator: ",\n  "))
      FROM \(StagedTable.readFiles(folder, fields.joined(separator: ", "))) AS k
      JOIN \(layout.table(target)) AS t ON \(condition.joined(separator: " AND "))
      """
  }
}

/// How a value is asked for so that its text loses nothing: times as counts, binary in hexadecimal, nested values as JSON
/// arrays of such texts.
enum ExactText {
  static func expression(_ value: String, _ type: ColumnType, depth: Int = 0) -> String {
    switch type {
    case .boolean, .short, .int, .long, .float, .double, .decimal: return "CAST(\(value) AS STRING)"
    case .string: return value
    case .variant: return "to_json(\(value))"
    case .binary: return "hex(\(value))"
    case .date: return "CAST(unix_date(\(value)) AS STRING)"
    case .timestamp: return "CAST(unix_micros(\(value)) AS STRING)"
    case .timestampNTZ:
      // Never through TIMESTAMP, whose text depends on the session's time zone.
      return "CAST(unix_date(CAST(\(value) AS DATE)) * 86400000000L + hour(\(value)) * 3600000000L"
        + " + minute(\(value)) * 60000000L"
        + " + CAST(extract(SECOND FROM \(value)) * 1000000 AS BIGINT) AS STRING)"
    case .list(let element): return "to_json(\(each(value, element, depth)))"
    case .map(let key, let mapped):
      let keys = "to_json(\(each("map_keys(\(value))", key, depth)))"
      let values = "to_json(\(each("map_values(\(value))", mapped, depth)))"
      return unlessNull(value, "to_json(array(\(keys), \(values)))")
    case .structure(let fields):
      let parts = fields.map { field in
        expression("\(value).\(SQLText.name(field.name))", field.type, depth: depth)
      }
      return unlessNull(value, "to_json(array(\(parts.joined(separator: ", "))))")
    }
  }

  private static func each(_ list: String, _ element: ColumnType, _ depth: Int) -> String {
    let variable = "e\(depth)"
    return "transform(\(list), \(variable) -> \(expression(variable, element, depth: depth + 1)))"
  }

  private static func unlessNull(_ value: String, _ expression: String) -> String {
    "CASE WHEN \(value) IS NOT NULL THEN \(expression) END"
  }
}
