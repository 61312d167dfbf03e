/// Sessions of random transactions over the tables, which it changes too.
struct Workload {
  var maker: StatementMaker
  var tables: [TableModel]
  /// Of added columns.
  var kinds: [ColumnKind]
  var features: Features

  struct Features: Sendable {
    /// A commit takes seconds: fewer packages.
    var isSlow = false
  }

  mutating func session() -> Script.Session {
    let count = maker.random.within(3...14)
    return Script.Session(
      isForgiving: maker.random.chance(40), transactions: (0..<count).map { _ in transaction() })
  }

  private mutating func transaction() -> Script.Transaction {
    if maker.random.chance(3) { return aloneOnly() }
    if maker.random.chance(3) { return twoPhase() }
    let isExplicit = maker.random.chance(65)
    var statements: [Script.Statement] = []
    for _ in 0..<(isExplicit ? maker.random.within(1...6) : 1) {
      if isExplicit, maker.random.chance(12) {
        let name = "s\(maker.random.below(3))"
        statements.append(Script.Statement(sql: "SAVEPOINT \(name)"))
        for _ in 0..<maker.random.within(1...3) { statements += step() }
        statements.append(
          Script.Statement(sql: maker.random.chance(70) ? "ROLLBACK TO \(name)" : "RELEASE \(name)"))
      } else {
        statements += step()
      }
    }
    let ending = isExplicit || statements.count > 1 ? (maker.random.chance(8) ? "ROLLBACK" : "COMMIT") : nil
    return Script.Transaction(statements: statements, ending: ending)
  }

  /// What cannot stand in a transaction.
  private mutating func aloneOnly() -> Script.Transaction {
    let table = maker.random.pick(tables)
    let sql = maker.random.pick(["VACUUM \(table.name)", "VACUUM FULL \(table.name)"])
    return Script.Transaction(statements: [Script.Statement(sql: sql, tables: [table.name])], ending: nil)
  }

  /// Prepared and ended at once: as one statement, so that none stays prepared for ever.
  private mutating func twoPhase() -> Script.Transaction {
    let statements = (0..<maker.random.within(1...3)).flatMap { _ in step() }
    guard !statements.contains(where: { $0.sql.contains("COPY ") }) else { return aloneOnly() }
    let id = "'oracle_\(maker.random.next())'"
    let ending = maker.random.chance(75) ? "COMMIT" : "ROLLBACK"
    let sql =
      ["BEGIN"] + statements.map(\.sql) + ["PREPARE TRANSACTION \(id)", "\(ending) PREPARED \(id)"]
    return Script.Transaction(
      statements: [
        Script.Statement(
          sql: sql.joined(separator: ";\n"), tables: statements.reduce(into: []) { $0.formUnion($1.tables) })
      ], ending: nil)
  }

  private enum Step {
    case insert, insertMany, insertVeryMany, copy, update, updateAll, delete, changeKey, deleteAndInsert
    case truncate, truncateSeveral, maintenance, changeIdentity, allowNulls, addColumn, dropColumn
    case renameColumn, alterType
  }

  private mutating func step() -> [Script.Statement] {
    let place = maker.random.below(tables.count)
    let table = tables[place]
    switch maker.random.pick(weighted: Self.weights) {
    case .insert: return [maker.insert(table)]
    case .insertMany: return [maker.insertMany(table, count: maker.random.within(20...200))]
    case .insertVeryMany: return [maker.insertMany(table, count: maker.random.within(1000...4000))]
    case .copy: return [maker.copy(table)]
    case .update: return [maker.update(table)]
    case .updateAll: return [maker.updateAll(table)]
    case .delete: return [maker.delete(table)]
    case .changeKey: return table.key == .none ? [maker.update(table)] : maker.changeKey(table)
    case .deleteAndInsert: return table.key == .none ? [maker.delete(table)] : maker.deleteAndInsert(table)
    case .truncate: return [maker.truncate([table])]
    case .truncateSeveral:
      return [maker.truncate(tables.filter { _ in maker.random.chance(50) } + [])].filter {
        !$0.tables.isEmpty
      }
    case .maintenance: return [maker.maintenance(table)]
    case .changeIdentity: return [maker.changeIdentity(table)]
    case .allowNulls: return allowNulls(place)
    case .renameColumn: return renameColumn(place)
    case .alterType: return alterType(place)
    case .addColumn: return addColumn(place)
    case .dropColumn: return dropColumn(place)
    }
  }

  private static let weights: [(Int, Step)] = [
    (26, .insert), (5, .insertMany), (1, .insertVeryMany), (3, .copy), (26, .update), (2, .updateAll),
    (10, .delete), (9, .changeKey), (6, .deleteAndInsert), (2, .truncate), (1, .truncateSeveral),
    (3, .maintenance), (1, .changeIdentity), (2, .allowNulls), (3, .addColumn), (2, .dropColumn),
    (2, .renameColumn), (1, .alterType),
  ]

  private mutating func addColumn(_ place: Int) -> [Script.Statement] {
    let isLarge = maker.random.chance(15)
    let kind = maker.random.pick(isLarge ? ColumnKind.large : kinds)
    let column = tables[place].addColumn(kind, named: TableModel.oddName(&maker.random, isAdded: true))
    let name = tables[place].name
    var sql = "ALTER TABLE \(name) ADD COLUMN \(column.name) \(kind.type)"
    // A constant default changes rows of which the log says nothing.
    if !isLarge, maker.random.chance(40) {
      sql += " DEFAULT \(kind.literal(&maker.random, nullPercent: 5))"
      if maker.random.chance(30) { sql = sql.replacing("DEFAULT NULL", with: "") }
    }
    return ([sql] + tables[place].storage(of: [column])).map { Script.Statement(sql: $0, tables: [name]) }
  }

  private mutating func renameColumn(_ place: Int) -> [Script.Statement] {
    let small = tables[place].columns.indices.filter { !tables[place].columns[$0].kind.isLarge }
    guard !small.isEmpty else { return [] }
    let column = maker.random.pick(small)
    let (table, old) = (tables[place].name, tables[place].columns[column].name)
    tables[place].columns[column].name = "r\(tables[place].columnsMade)"
    tables[place].columnsMade += 1
    return [
      Script.Statement(
        sql: "ALTER TABLE \(table) RENAME \(old) TO \(tables[place].columns[column].name)", tables: [table])
    ]
  }

  private mutating func alterType(_ place: Int) -> [Script.Statement] {
    let small = tables[place].columns.indices.filter { !tables[place].columns[$0].kind.isLarge }
    guard !small.isEmpty else { return [] }
    let column = maker.random.pick(small)
    let (table, name) = (tables[place].name, tables[place].columns[column].name)
    let wider = [
      "smallint": "integer", "integer": "bigint", "varchar(20)": "text", "real": "double precision",
    ]
    let type = wider[tables[place].columns[column].kind.type] ?? "text"
    guard let kind = kinds.first(where: { $0.type == type }) else { return [] }
    tables[place].columns[column].kind = kind
    return [
      Script.Statement(
        sql: "ALTER TABLE \(table) ALTER \(name) TYPE \(type) USING \(name)::\(type)", tables: [table])
    ]
  }

  private mutating func allowNulls(_ place: Int) -> [Script.Statement] {
    guard let column = tables[place].columns.firstIndex(where: \.isRequired) else {
      return [maker.insert(tables[place])]
    }
    tables[place].columns[column].isRequired = false
    let table = tables[place]
    return [
      Script.Statement(
        sql: "ALTER TABLE \(table.name) ALTER \(table.columns[column].name) DROP NOT NULL",
        tables: [table.name])
    ]
  }

  private mutating func dropColumn(_ place: Int) -> [Script.Statement] {
    guard !tables[place].columns.isEmpty else { return [] }
    let column = tables[place].columns.remove(at: maker.random.below(tables[place].columns.count))
    return [
      Script.Statement(
        sql: "ALTER TABLE \(tables[place].name) DROP COLUMN IF EXISTS \(column.name)",
        tables: [tables[place].name])
    ]
  }
}
