/// Columns that come, go, and become others.
extension Workload {
  mutating func addColumn(_ place: Int) -> [Script.Statement] {
    let isLarge = maker.random.chance(15)
    let kind = maker.random.pick(isLarge ? ColumnKind.large : kinds)
    var odd = TableModel.oddName(&maker.random, isAdded: true)
    // A volatile default writes every row anew, with values that only a look at the table tells.
    let isVolatile = !isLarge && maker.random.chance(12)
    let volatile = maker.random.pick([
      ("uuid", "gen_random_uuid()"), ("timestamp with time zone", "clock_timestamp()"),
      ("double precision", "random()"), ("bigint", "(random() * 1000)::bigint"),
    ])
    if isVolatile { odd = nil }
    let column = tables[place].addColumn(
      isVolatile ? ColumnKind(type: volatile.0, values: [volatile.1]) : kind, named: odd)
    var sql = "ALTER TABLE \(tables[place].sql) ADD COLUMN \(column.name) \(column.kind.type)"
    if isVolatile {
      sql += " DEFAULT \(volatile.1)"
    } else if !isLarge, maker.random.chance(40) {
      // A constant default changes rows of which the log says nothing.
      sql += " DEFAULT \(kind.literal(&maker.random, nullPercent: 5))"
      if maker.random.chance(30) { sql = sql.replacing("DEFAULT NULL", with: "") }
    }
    return statements(place, [sql] + tables[place].storage(of: [column]))
  }

  mutating func renameColumn(_ place: Int) -> [Script.Statement] {
    let isKey = !tables[place].keyNames.isEmpty && maker.random.chance(15)
    guard isKey || !tables[place].columns.isEmpty else { return [] }
    let name = "r\(tables[place].columnsMade)"
    tables[place].columnsMade += 1
    let old: String
    if isKey {
      let column = maker.random.below(tables[place].keyNames.count)
      old = tables[place].keyNames[column]
      tables[place].keyNames[column] = name
    } else {
      let column = maker.random.below(tables[place].columns.count)
      old = tables[place].columns[column].name
      tables[place].columns[column].name = name
    }
    return statements(place, ["ALTER TABLE \(tables[place].sql) RENAME \(old) TO \(name)"])
  }

  /// To a wider type, to text, or to any other with values that follow from `n`.
  mutating func alterType(_ place: Int) -> [Script.Statement] {
    guard !tables[place].columns.isEmpty else { return [] }
    let index = maker.random.below(tables[place].columns.count)
    let (table, column) = (tables[place].sql, tables[place].columns[index])
    let wider = [
      "smallint": "integer", "integer": "bigint", "varchar(20)": "text", "real": "double precision",
      "numeric(9,2)": "numeric(18,6)", "date": "timestamp", "cidr": "inet", "json": "jsonb",
    ]
    var kind = maker.random.pick(maker.random.chance(85) ? kinds : ColumnKind.large)
    var using: String?
    if !column.kind.isLarge, maker.random.chance(50) {
      let type = wider[column.kind.type] ?? "text"
      guard let found = kinds.first(where: { $0.type == type }) else { return [] }
      (kind, using) = (found, "\(column.name)::\(type)")
    }
    tables[place].columns[index].kind = kind
    let column2 = tables[place].columns[index]
    // A default stays behind that nothing casts.
    return statements(
      place,
      [
        "ALTER TABLE \(table) ALTER \(column.name) DROP DEFAULT, ALTER \(column.name) TYPE \(kind.type) "
          + "USING \(using ?? column2.expression("n"))"
      ] + tables[place].storage(of: [column2]))
  }

  mutating func changeNulls(_ place: Int) -> [Script.Statement] {
    let table = tables[place].sql
    let isLifted = maker.random.chance(50)
    guard let index = tables[place].columns.firstIndex(where: { $0.isRequired == isLifted }) else {
      return [maker.insert(tables[place])]
    }
    tables[place].columns[index].isRequired = !isLifted
    let column = tables[place].columns[index]
    if isLifted { return statements(place, ["ALTER TABLE \(table) ALTER \(column.name) DROP NOT NULL"]) }
    return statements(
      place,
      [
        "UPDATE \(table) SET \(column.name) = \(column.kind.anyValue) WHERE \(column.name) IS NULL",
        "ALTER TABLE \(table) ALTER \(column.name) SET NOT NULL",
      ])
  }

  mutating func dropColumn(_ place: Int) -> [Script.Statement] {
    guard !tables[place].columns.isEmpty else { return [] }
    let column = tables[place].columns.remove(at: maker.random.below(tables[place].columns.count))
    return statements(place, ["ALTER TABLE \(tables[place].sql) DROP COLUMN IF EXISTS \(column.name)"])
  }

  func statements(_ place: Int, _ sql: [String]) -> [Script.Statement] {
    sql.map { Script.Statement(sql: $0, tables: [tables[place].name]) }
  }
}
