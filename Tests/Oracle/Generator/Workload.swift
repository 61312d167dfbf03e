/// Sessions of random transactions over the tables, which it changes too.
struct Workload {
  var maker: StatementMaker
  var tables: [TableModel]
  /// Of added columns.
  var kinds: [ColumnKind]
  var features: Features
  /// No run of the pipeline goes on meanwhile: one whose types change under it stops, by contract.
  var canAlterTypes = false
  var hues = ["red", "green", "blue", "off white"]
  var attributes = ["a", "b"]
  var namesMade = 0

  struct Features: Sendable {
    /// A commit takes seconds: fewer packages.
    var isSlow = false
    /// What the server has beyond PostgreSQL's own.
    var extensions: [String] = []
  }

  mutating func session() -> Script.Session {
    let count = maker.random.within(3...14)
    return Script.Session(
      isForgiving: maker.random.chance(40), transactions: (0..<count).map { _ in transaction() })
  }

  private mutating func transaction() -> Script.Transaction {
    if maker.random.chance(canAlterTypes ? 9 : 4) { return aloneOnly() }
    if maker.random.chance(3) { return twoPhase() }
    let isExplicit = maker.random.chance(65)
    var statements: [Script.Statement] = []
    let before = tables
    for _ in 0..<(isExplicit ? maker.random.within(1...6) : 1) {
      if isExplicit, maker.random.chance(12) {
        let (name, before) = ("s\(maker.random.below(3))", tables)
        statements.append(Script.Statement(sql: "SAVEPOINT \(name)"))
        for _ in 0..<maker.random.within(1...3) { statements += step() }
        let isUndone = maker.random.chance(70)
        statements.append(Script.Statement(sql: isUndone ? "ROLLBACK TO \(name)" : "RELEASE \(name)"))
        if isUndone { undo(to: before) }
      } else {
        statements += step()
      }
    }
    let ending = isExplicit || statements.count > 1 ? (maker.random.chance(8) ? "ROLLBACK" : "COMMIT") : nil
    if ending == "ROLLBACK" { undo(to: before) }
    return Script.Transaction(statements: statements, ending: ending)
  }

  /// The definitions are what they were; their names are not used again.
  private mutating func undo(to before: [TableModel]) {
    for place in tables.indices {
      let made = tables[place].columnsMade
      tables[place] = before[place]
      tables[place].columnsMade = made
    }
  }

  /// What cannot stand in a transaction.
  private mutating func aloneOnly() -> Script.Transaction {
    if canAlterTypes, maker.random.chance(50) { return alterTypes() }
    let table = maker.random.pick(tables)
    if maker.random.chance(40) {
      return Script.Transaction(statements: changeDefinition(of: table.number), ending: nil)
    }
    let sql = maker.random.pick(["VACUUM \(table.sql)", "VACUUM FULL \(table.sql)"])
    return Script.Transaction(statements: [Script.Statement(sql: sql, tables: [table.name])], ending: nil)
  }

  /// Prepared, and ended at once or while runs of the pipeline pass by: as one statement, so that none stays prepared for ever.
  private mutating func twoPhase() -> Script.Transaction {
    let before = tables
    let statements = (0..<maker.random.within(1...3)).flatMap { _ in step() }
    guard !statements.contains(where: { $0.sql.contains("COPY ") }) else { return aloneOnly() }
    let id = "'oracle_\(maker.random.next())'"
    let ending = maker.random.chance(75) ? "COMMIT" : "ROLLBACK"
    if ending == "ROLLBACK" { undo(to: before) }
    let pause = maker.random.pick([0, 0.2, 0.8])
    let sql =
      ["BEGIN"] + statements.map(\.sql)
      + ["PREPARE TRANSACTION \(id)", "SELECT pg_sleep(\(pause))", "\(ending) PREPARED \(id)"]
    return Script.Transaction(
      statements: [
        Script.Statement(
          sql: sql.joined(separator: ";\n"), tables: statements.reduce(into: []) { $0.formUnion($1.tables) })
      ], ending: nil)
  }

  private enum Step {
    case insert, insertMany, insertVeryMany, copy, update, updateAll, delete, changeKey, deleteAndInsert
    case truncate, truncateSeveral, maintenance, define, allowNulls, addColumn, dropColumn
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
    case .define: return changeDefinition(of: place)
    case .allowNulls: return changeNulls(place)
    case .renameColumn: return renameColumn(place)
    case .alterType: return alterType(place)
    case .addColumn: return addColumn(place)
    case .dropColumn: return dropColumn(place)
    }
  }

  private static let weights: [(Int, Step)] = [
    (26, .insert), (5, .insertMany), (1, .insertVeryMany), (3, .copy), (26, .update), (2, .updateAll),
    (10, .delete), (9, .changeKey), (6, .deleteAndInsert), (2, .truncate), (1, .truncateSeveral),
    (3, .maintenance), (5, .define), (2, .allowNulls), (3, .addColumn), (2, .dropColumn),
    (2, .renameColumn), (2, .alterType),
  ]
}
