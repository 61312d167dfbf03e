import CDCCore

/// What tells a table, and the state that its definition was in, from another: kept by the destination, compared by
/// `TableDrift`.
struct TableMark: Sendable, Hashable {
  /// pg_class.oid
  var oid: UInt32
  var membership: String
  var highestNumber: Int
  var heaps: [UInt32: UInt32]
  var attached: Set<UInt32>
  /// By column number.
  var versions: [Int: String]
  /// `CatalogTable.publicationVersions`; empty in a mark that an older version has written.
  var publicationVersions: String
  /// By number of an enum's column, or of one with enums in its type: `3-1A2B…`, how many labels it had, and what follows from their names.
  var labels: [Int: String]
  /// By number of a column with composites in its type: `2-1A2B…`, how many attributes they have, and what follows from their
  /// numbers. PostgreSQL shows null for an attribute that came later.
  var attributes: [Int: String]
  /// By column number what stands in for its values, as `ColumnMask.fingerprint` has it.
  var masks: [Int: String]

  init(_ table: CatalogTable, masks: [Int: String] = [:]) {
    self.masks = masks
    oid = table.oid
    membership = table.membership
    publicationVersions = table.publicationVersions
    highestNumber = table.highestNumber
    heaps = table.heaps
    attached = table.attached
    versions = Dictionary(table.columns.map { ($0.number, $0.version) }) { first, _ in first }
    labels = Dictionary(
      table.columns.filter { !$0.labels.isEmpty }.map { ($0.number, Self.digest($0.labels[...])) }
    ) { first, _ in first }
    attributes = Dictionary(
      table.columns.compactMap { column in Self.attributes(column).map { (column.number, $0) } }
    ) { first, _ in first }
  }

  /// True where a label has another name than it had; new ones do no harm.
  func hasRenamedLabel(_ column: CatalogColumn) -> Bool {
    guard let digest = labels[column.number], let count = Int(digest.prefix { $0 != "-" }) else {
      return false
    }
    return Self.digest(column.labels.prefix(count)) != digest
  }

  /// True where a composite in its type has other attributes than it had, by their numbers.
  func hasOtherAttributes(_ column: CatalogColumn) -> Bool {
    guard let now = Self.attributes(column), let then = attributes[column.number] else { return false }
    return now != then
  }

  private static func attributes(_ column: CatalogColumn) -> String? {
    column.attributes.map { digest($0.split(separator: " ").map(String.init)[...]) }
  }

  private static func digest(_ labels: ArraySlice<String>) -> String {
    var hash = StableHash()
    for label in labels { hash.combine(Array(label.utf8) + [1]) }
    return "\(labels.count)-" + String(hash.value, radix: 16, uppercase: true)
  }

  /// `oid=16384;published=16400;columns=3;heaps=16384:16384;attached=;versions=1:734,2:734,3:740;labels=;publications=733`
  var text: String {
    let attached = attached.sorted().map(String.init).joined(separator: ",")
    return
      "oid=\(oid);published=\(membership);columns=\(highestNumber);heaps=\(Self.list(heaps));attached=\(attached);"
      + "versions=\(Self.list(versions));labels=\(Self.list(labels))"
      + (masks.isEmpty ? "" : ";masks=\(Self.list(masks))")
      + (attributes.isEmpty ? "" : ";attributes=\(Self.list(attributes))")
      + (publicationVersions.isEmpty ? "" : ";publications=\(publicationVersions)")
  }

  private static func list<Key: Comparable, Value>(_ pairs: [Key: Value]) -> String {
    pairs.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
  }

  /// Nil where the text is of another form.
  init?(_ text: String) {
    var fields: [Substring: Substring] = [:]
    for part in text.split(separator: ";") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { fields[pair[0]] = pair[1] }
    }
    guard let oid = fields["oid"].flatMap({ UInt32($0) }),
      let highest = fields["columns"].flatMap({ Int($0) }), let published = fields["published"],
      let heaps = fields["heaps"], let versions = fields["versions"]
    else { return nil }
    self.oid = oid
    membership = String(published)
    publicationVersions = String(fields["publications"] ?? "")
    highestNumber = highest
    self.heaps = [:]
    for (key, value) in Self.pairs(heaps) {
      if let key = UInt32(key), let value = UInt32(value) { self.heaps[key] = value }
    }
    attached = Set((fields["attached"] ?? "").split(separator: ",").compactMap { UInt32($0) })
    self.versions = Self.byNumber(versions)
    labels = Self.byNumber(fields["labels"])
    attributes = Self.byNumber(fields["attributes"])
    masks = Self.byNumber(fields["masks"])
  }

  private static func byNumber(_ list: Substring?) -> [Int: String] {
    var values: [Int: String] = [:]
    for (key, value) in pairs(list ?? "") {
      if let key = Int(key) { values[key] = String(value) }
    }
    return values
  }

  private static func pairs(_ list: Substring) -> [(Substring, Substring)] {
    list.split(separator: ",").compactMap { item in
      let pair = item.split(separator: ":", maxSplits: 1)
      return pair.count == 2 ? (pair[0], pair[1]) : nil
    }
  }
}

extension HeldTable {
  var mark: TableMark? { schema.mark.flatMap { TableMark($0) } }
}
