/// A table by chance.
import CDCCore

extension TableModel {
  static func random(
    _ number: Int, _ kinds: [ColumnKind], _ features: Workload.Features, _ random: inout OracleRandom
  ) -> TableModel {
    let layout = random.pick(weighted: [(72, Layout.plain), (10, .hash), (12, .range), (6, .list)])
    var key = random.pick(weighted: KeyKind.allCases.map { ($0 == .int ? 16 : $0 == .composite ? 6 : 2, $0) })
    if layout == .hash && [.none, .bits, .path].contains(key) { key = .int }
    if layout == .range { key = random.pick([.int, .bigint, .date, .numeric]) }
    if layout == .list { key = .composite }
    var identity = random.pick(
      weighted: [
        (60, Identity.primary), (25, .full), (layout == .plain && key != .none ? 12 : 0, .index),
        (5, .nothing),
      ])
    if key == .none && identity == .index { identity = .full }
    var table = TableModel(
      number: number, name: random.chance(25) ? oddTableName(number, &random) : "t\(number)", key: key,
      keyNames: key.columns.map(\.name), identity: identity, layout: layout, disposition: nil, columns: [],
      columnsMade: 0)
    if key != .none, random.chance(15) {
      table.keyNames[0] = random.pick(["\"Key\"", "\"i d\"", "\"user\"", "\"clé\""])
    }
    table.isDeferrable = layout == .plain && identity != .index && key != .none && random.chance(8)
    table.isGenerating = layout == .plain && random.chance(15)
    for _ in 0..<random.within(1...6) {
      let kind = random.pick(random.chance(12) ? ColumnKind.living : kinds)
      table.addColumn(kind, named: oddName(&random))
      if random.chance(20) { table.columns[table.columns.count - 1].isRequired = true }
    }
    for _ in 0..<random.below(3) { table.addColumn(random.pick(ColumnKind.large), named: oddName(&random)) }
    if table.hasKey {
      table.disposition = random.pick(weighted: [
        (40, nil), (10, .merge), (18, .append), (13, .softDelete), (13, .scd2), (9, .insertOnly),
        (4, .replace),
      ])
    } else if identity == .full, random.chance(50) {
      // Rows that are equal are told apart by nothing that the source knows.
      table.disposition = .merge
    }
    return table
  }

  /// Names that SQL must quote; a number makes them unique. Reserved words are the first table's.
  private static func oddTableName(_ number: Int, _ random: inout OracleRandom) -> String {
    let name = random.pick([
      "Orders\(number)", "order item \(number)", "dot.ted.\(number)", "quo\"te\(number)", "select", "user",
      "Straße 🐘 \(number)", "a-b/\(number)", "semi;colon, \(number)", "per%cent\(number)", "tick`\(number)",
      "sixty_three_bytes_are_the_most_that_postgresql_takes_for_names\(number)", "_hidden\(number)",
    ])
    return number > 0 && ["select", "user"].contains(name) ? name + "\(number)" : name
  }

  /// Names that SQL must quote; a number makes them unique.
  ///
  /// - Parameter isAdded: only those that Delta takes without column mapping, which a table has from its load or not at all.
  static func oddName(_ random: inout OracleRandom, isAdded: Bool = false) -> String? {
    guard random.chance(12) else { return nil }
    if isAdded { return random.pick(["Mixed", "dot.ted", "quo\"\"te", "back`tick", "percent%", "slash/\\"]) }
    return random.pick([
      "Mixed", "select ", "dot.ted", "comma,", "semi;", "(paren)", "naïve 🐘", "quo\"\"te", "back`tick", "a=b",
      "percent%",
      "slash/\\",
    ])
  }
}
