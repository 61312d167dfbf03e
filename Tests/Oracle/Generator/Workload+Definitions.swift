/// Keys, identities, partitions and types that become others.
import CDCCore

extension Workload {
  mutating func changeDefinition(of place: Int) -> [Script.Statement] {
    let table = tables[place]
    if table.layout != .plain { return changePartition(place) ?? [maker.maintenance(table)] }
    if table.isGenerating, maker.random.chance(20) {
      tables[place].isGenerating = false
      return statements(place, ["ALTER TABLE \(table.sql) ALTER g DROP EXPRESSION"])
    }
    let keys = table.hasKey && table.identity != .index
    guard keys || table.key == .none && table.disposition == nil else { return [maker.maintenance(table)] }
    return keys && maker.random.chance(35) ? changeKey(place) : [changeIdentity(place)]
  }

  /// What a row is named by changes, not the key.
  private mutating func changeIdentity(_ place: Int) -> Script.Statement {
    let table = tables[place]
    var identities = ["FULL", "DEFAULT"]
    // A key that goes has the table appended: where that was not excluded.
    if table.disposition == nil || table.disposition == .append { identities.append("NOTHING") }
    if table.isUnique { identities.append("USING INDEX x\(table.number)") }
    var sql = "ALTER TABLE \(table.sql) REPLICA IDENTITY \(maker.random.pick(identities))"
    if sql.contains("INDEX") {
      let columns = table.keyNames + (table.keyHasNumber && maker.random.chance(50) ? ["n"] : [])
      sql =
        "CREATE UNIQUE INDEX IF NOT EXISTS x\(table.number) ON \(table.sql) (\(columns.joined(separator: ", ")));\n"
        + sql
    }
    return Script.Statement(sql: sql, tables: [table.name])
  }

  /// Another primary key in one statement or in two, or none.
  private mutating func changeKey(_ place: Int) -> [Script.Statement] {
    let table = tables[place]
    let drop = "ALTER TABLE \(table.sql) DROP CONSTRAINT IF EXISTS k\(table.number)"
    if !table.isKeyGone, table.disposition == nil || table.disposition == .append, maker.random.chance(30) {
      tables[place].isKeyGone = true
      return statements(place, [drop])
    }
    if !table.isKeyGone { tables[place].keyHasNumber.toggle() }
    tables[place].isKeyGone = false
    let columns = table.keyNames + (tables[place].keyHasNumber ? ["n"] : [])
    let add = "ADD CONSTRAINT k\(table.number) PRIMARY KEY (\(columns.joined(separator: ", ")))"
    var sql = ["\(drop), \(add)"]
    if table.isKeyGone {
      sql = ["ALTER TABLE \(table.sql) \(add)"]
    } else if maker.random.chance(30) {
      sql = [drop, "ALTER TABLE \(table.sql) \(add)"]
    }
    // Rows that the new key does not tell apart would refuse it.
    if maker.random.chance(40) { sql.insert("TRUNCATE \(table.sql)", at: 0) }
    return statements(place, sql)
  }

  /// A partition goes, with its rows or away from them, or comes.
  private mutating func changePartition(_ place: Int) -> [Script.Statement]? {
    let table = tables[place]
    guard table.isMerged, table.layout != .hash else { return nil }
    let number = maker.random.below(2)
    let partition = table.partitions[number]
    guard tables[place].partitionsGone.remove(number) == nil else {
      let create = "CREATE TABLE \(partition) PARTITION OF \(table.sql) \(table.bounds(number))"
      let attach = "ALTER TABLE \(table.sql) ATTACH PARTITION \(partition) \(table.bounds(number))"
      let sql = maker.random.chance(60) ? attach : "DROP TABLE IF EXISTS \(partition);\n\(create)"
      let full = "ALTER TABLE \(partition) REPLICA IDENTITY FULL"
      return statements(place, table.identity == .full ? [sql, full] : [sql])
    }
    tables[place].partitionsGone.insert(number)
    let detach = "ALTER TABLE \(table.sql) DETACH PARTITION \(partition)"
    return statements(place, [maker.random.chance(75) ? detach : "DROP TABLE \(partition)"])
  }

  /// An enum or a composite that columns have.
  mutating func alterTypes() -> Script.Transaction {
    namesMade += 1
    let sql: String
    switch maker.random.below(5) {
    case 0:
      let hue = "hue \(namesMade)"
      let place = maker.random.pick(["", " BEFORE '\(maker.random.pick(hues))'"])
      hues.append(hue)
      sql = "ALTER TYPE hue ADD VALUE '\(hue)'\(place)"
    case 1:
      let index = maker.random.below(hues.count)
      sql = "ALTER TYPE hue RENAME VALUE '\(hues[index])' TO 'hue, \(namesMade)'"
      hues[index] = "hue, \(namesMade)"
    case 2:
      attributes.append("x\(namesMade)")
      sql =
        "ALTER TYPE parcel ADD ATTRIBUTE x\(namesMade) \(maker.random.pick(["int", "text", "date", "hue[]"]))"
    case 3 where attributes.count > 1:
      sql = "ALTER TYPE parcel DROP ATTRIBUTE \(attributes.remove(at: maker.random.below(attributes.count)))"
    default:
      let index = maker.random.below(attributes.count)
      sql = "ALTER TYPE parcel RENAME ATTRIBUTE \(attributes[index]) TO y\(namesMade)"
      attributes[index] = "y\(namesMade)"
    }
    return Script.Transaction(statements: [Script.Statement(sql: sql)], ending: nil)
  }
}
