/// What the queries on the catalogs answer with: a row a table, a row a column.
extension CatalogTable {
  /// Without columns; nil where it is no row of `Catalog.relations`.
  init?(_ row: [String?]) {
    // An event trigger that an older version has installed tells nothing of what came last.
    guard (18...21).contains(row.count), let oid = row[0].flatMap(UInt32.init), let schema = row[1],
      let name = row[2], let kind = row[3]?.first
    else { return nil }
    let leafIdentities = kind == "p" ? Self.leafIdentities(row[10]) : []
    guard let leafIdentities else { return nil }
    self.init(
      oid: oid, schema: schema, name: name, kind: kind, isPartition: row[4] == "t",
      persistence: row[5]?.first ?? "p", replicaIdentity: row[6]?.first ?? "n", comment: row[7],
      primaryKey: Self.numbers(row[8]), identityIndex: Self.numbers(row[9]),
      leafIdentities: leafIdentities, isOwned: row[11] == "t",
      highestNumber: row[12].flatMap(Int.init) ?? 0, heaps: Self.heaps(row[13]),
      attached: Set((row[14] ?? "").split(separator: " ").compactMap { UInt32($0) }),
      membership: row[15] ?? "", publishedNumbers: row[16].map { Set(Self.numbers($0)) },
      rowFilter: row[17].map { "(\($0))" },
      uniqueKeys: row.count > 18
        ? row[18].map { $0.split(separator: ",").map { Self.numbers(String($0)) } } : nil,
      publicationVersions: row.count > 19 ? row[19] ?? "" : "",
      unloggedPartition: row.count > 20 ? row[20] : nil, columns: [])
  }

  /// `1 3,whole,` is a partition with an index of two columns, one with whole rows and one with nothing; nil where the text
  /// is of another form, as an event trigger that was made by an older version writes it.
  private static func leafIdentities(_ text: String?) -> Set<LeafIdentity>? {
    guard let text else { return [] }
    var identities: Set<LeafIdentity> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let numbers = part.split(separator: " ").map { Int($0) }
      if part.isEmpty {
        identities.insert(.nothing)
      } else if part == "whole" {
        identities.insert(.wholeRow)
      } else if numbers.allSatisfy({ $0 != nil }) {
        identities.insert(.columns(Set(numbers.compactMap(\.self))))
      } else {
        return nil
      }
    }
    return identities
  }

  /// `16384:16390 16385:16391`
  private static func heaps(_ text: String?) -> [UInt32: UInt32] {
    var heaps: [UInt32: UInt32] = [:]
    for pair in (text ?? "").split(separator: " ") {
      let numbers = pair.split(separator: ":").compactMap { UInt32($0) }
      if numbers.count == 2 { heaps[numbers[0]] = numbers[1] }
    }
    return heaps
  }

  private static func numbers(_ text: String?) -> [Int] {
    (text ?? "").split(separator: " ").compactMap { Int($0) }
  }
}

extension CatalogColumn {
  /// Nil where it is no row of `Catalog.columns`.
  init?(_ row: [String?]) {
    guard row.count == 12 || row.count == 13, let number = row[1].flatMap(Int.init), let name = row[2],
      let type = row[3].flatMap(UInt32.init), let typmod = row[4].flatMap(Int32.init)
    else { return nil }
    self.init(
      number: number, name: name, type: type, typmod: typmod, isNotNull: row[5] == "t",
      isGenerated: row[6] == "t", typeName: row[7] ?? "", comment: row[8],
      version: row[9] ?? "", hasMissingValue: row[10] == "t",
      labels: row[11]?.split(separator: "\u{1}").map(String.init) ?? [],
      attributes: row.count > 12 ? row[12] : nil)
  }
}
