/// Statements about one table.
import CDCCore

struct StatementMaker {
  var random: OracleRandom
  /// Keys that single statements use; bulk statements begin above.
  static let keys = 60
  private static let firstBulkKey = 1000
  static let lastKey = 9000

  private func made(_ table: TableModel, _ sql: String) -> Script.Statement {
    Script.Statement(sql: sql, tables: [table.name])
  }

  // MARK: Rows in

  mutating func insert(_ table: TableModel) -> Script.Statement {
    let rows = (0..<random.pick([1, 1, 2, 5, 12])).map { _ in row(table, key: random.below(Self.keys)) }
    var sql =
      "INSERT INTO \(table.sql) (\(table.insertedColumns.joined(separator: ", "))) VALUES "
      + rows.joined(separator: ", ")
    if table.isUnique {
      switch random.below(10) {
      case 0..<4: sql += " ON CONFLICT DO NOTHING"
      case 4..<8 where rows.count == 1:
        sql += " ON CONFLICT (\(keyNames(table))) DO UPDATE SET \(assignments(table))"
      default: break
      }
    }
    return made(table, sql)
  }

  private mutating func row(_ table: TableModel, key: Int) -> String {
    let values =
      table.key.literals("\(key)") + ["\(random.below(80))"]
      + table.columns.map { $0.literal(&random) }
    return "(" + values.joined(separator: ", ") + ")"
  }

  mutating func insertMany(_ table: TableModel, count: Int) -> Script.Statement {
    let first = Self.firstBulkKey + random.below(Self.lastKey - Self.firstBulkKey - count)
    let values = table.key.literals("i") + ["i % 80"] + table.columns.map { $0.expression("i") }
    return made(
      table,
      "INSERT INTO \(table.sql) (\(table.insertedColumns.joined(separator: ", "))) SELECT "
        + values.joined(separator: ", ") + " FROM generate_series(\(first), \(first + count - 1)) i"
        + (table.isUnique ? " ON CONFLICT DO NOTHING" : ""))
  }

  /// COPY of key and `n` where the key has a simple text form.
  mutating func copy(_ table: TableModel) -> Script.Statement {
    guard [.int, .none].contains(table.key), !table.columns.contains(where: \.isRequired) else {
      return insertMany(table, count: 30)
    }
    let first = Self.lastKey + random.below(800)
    let rows = (first..<(first + random.pick([1, 10, 200]))).map {
      table.key == .int ? "\($0)\t\($0 % 80)" : "\($0 % 80)"
    }
    return made(
      table,
      "COPY \(table.sql) (\(table.key == .int ? "\(table.keyNames[0]), " : "")n) FROM STDIN;\n"
        + rows.joined(separator: "\n")
        + "\n\\.")
  }

  // MARK: Rows changed

  mutating func update(_ table: TableModel) -> Script.Statement {
    made(table, "UPDATE \(table.sql) SET \(assignments(table)) WHERE \(condition(table))")
  }

  mutating func updateAll(_ table: TableModel) -> Script.Statement {
    made(table, "UPDATE \(table.sql) SET n = n + 1")
  }

  private mutating func assignments(_ table: TableModel) -> String {
    var sets = random.chance(70) ? ["n = \(table.sql).n + 1"] : ["n = \(random.below(80))"]
    for column in table.columns where random.chance(25) {
      sets.append("\(column.name) = \(column.literal(&random))")
    }
    return sets.joined(separator: ", ")
  }

  mutating func delete(_ table: TableModel) -> Script.Statement {
    made(table, "DELETE FROM \(table.sql) WHERE \(condition(table))")
  }

  /// One key, some of those between, or a share of all.
  private mutating func condition(_ table: TableModel) -> String {
    if table.key == .none {
      return random.chance(60) ? "n = \(random.below(80))" : "n % 7 = \(random.below(7))"
    }
    switch random.below(10) {
    case 0..<6: return isKey(table, random.below(Self.keys))
    case 6..<8: return "n % 11 = \(random.below(11))"
    default:
      let names = table.keyNames.map { "\($0)::text" }.joined(separator: " || ")
      return "abs(hashtext(\(names))::bigint) % 5 = \(random.below(5))"
    }
  }

  // MARK: Keys changed

  mutating func changeKey(_ table: TableModel) -> [Script.Statement] {
    let (from, to, free) = (random.below(Self.keys), random.below(Self.keys), Self.keys + random.below(200))
    if table.isDeferrable && random.chance(50) {
      let sets = zip(table.keyNames, zip(table.key.literals("\(from)"), table.key.literals("\(to)"))).map {
        "\($0) = CASE WHEN \(isKey(table, from)) THEN \($1.1) ELSE \($1.0) END"
      }
      return [
        made(
          table,
          "UPDATE \(table.sql) SET \(sets.joined(separator: ", ")) WHERE \(isKey(table, from)) OR \(isKey(table, to))"
        )
      ]
    }
    switch random.below(10) {
    case 0..<5: return [move(table, from, free)]
    case 5..<7: return [move(table, from, to)]
    case 7..<9:  // A swap: each row ends under the other's key.
      return [move(table, from, free), move(table, to, from), move(table, free, to)]
    default:
      guard table.key == .int || table.key == .bigint else { return [move(table, from, free)] }
      return [
        made(
          table,
          "UPDATE \(table.sql) SET \(table.keyNames[0]) = \(table.keyNames[0]) + \(random.within(1...3) * 1000) WHERE n % 9 = \(random.below(9))"
        )
      ]
    }
  }

  private mutating func move(_ table: TableModel, _ from: Int, _ to: Int) -> Script.Statement {
    let sets = zip(table.keyNames, table.key.literals("\(to)")).map { "\($0) = \($1)" }
    let others = random.chance(40) ? ", " + assignments(table) : ""
    return made(
      table, "UPDATE \(table.sql) SET \(sets.joined(separator: ", "))\(others) WHERE \(isKey(table, from))")
  }

  mutating func deleteAndInsert(_ table: TableModel) -> [Script.Statement] {
    let key = random.below(Self.keys)
    return [
      made(table, "DELETE FROM \(table.sql) WHERE \(isKey(table, key))"),
      made(
        table,
        "INSERT INTO \(table.sql) (\(table.insertedColumns.joined(separator: ", "))) VALUES \(row(table, key: key))"
      ),
    ]
  }

  private func isKey(_ table: TableModel, _ number: Int) -> String {
    zip(table.keyNames, table.key.literals("\(number)")).map { "\($0) = \($1)" }
      .joined(separator: " AND ")
  }

  private func keyNames(_ table: TableModel) -> String {
    (table.keyNames + (table.keyHasNumber ? ["n"] : [])).joined(separator: ", ")
  }

  // MARK: Tables changed

  mutating func truncate(_ tables: [TableModel]) -> Script.Statement {
    // Of which rows a partition's truncation is, no history tells: for tables that are compared as they are.
    if tables.count == 1, tables[0].hasKey, tables[0].disposition ?? .merge == .merge,
      !tables[0].partitions.isEmpty, random.chance(50)
    {
      return made(tables[0], "TRUNCATE \(random.pick(tables[0].partitions))")
    }
    return Script.Statement(
      sql: "TRUNCATE \(tables.map(\.sql).joined(separator: ", "))"
        + random.pick(["", "", " RESTART IDENTITY", " CASCADE"]), tables: Set(tables.map(\.name)))
  }

  /// What leaves the rows as they are: the server may describe the table again, or write it anew.
  mutating func maintenance(_ table: TableModel) -> Script.Statement {
    made(
      table,
      random.pick([
        "COMMENT ON TABLE \(table.sql) IS 'number \(random.below(9))'",
        "COMMENT ON COLUMN \(table.sql).n IS 'number \(random.below(9))'",
        "ALTER TABLE \(table.sql) ALTER n SET STATISTICS \(random.below(100))",
        "ALTER TABLE \(table.sql) ALTER n SET DEFAULT \(random.below(100))",
        "CREATE INDEX IF NOT EXISTS i\(table.number)_n ON \(table.sql) (n)",
        "ANALYZE \(table.sql)",
        "GRANT SELECT ON \(table.sql) TO PUBLIC",
        "SELECT pg_logical_emit_message(\(random.chance(50)), 'oracle', 'hello')",
        "CREATE TABLE IF NOT EXISTS unpublished (id int); INSERT INTO unpublished SELECT generate_series(1, 500)",
        "CREATE TEMPORARY TABLE IF NOT EXISTS passing AS SELECT * FROM \(table.sql)",
        "SELECT count(*) FROM (SELECT * FROM \(table.sql) FOR UPDATE) AS locked",
      ]))
  }
}
