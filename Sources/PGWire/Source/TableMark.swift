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
  /// By number of an enum's column: `3-1A2B…`, how many labels it had, and what follows from their names.
  var labels: [Int: String]
  /// By column number what stands in for its values, as `ColumnMask.fingerprint` has it.
  var masks: [Int: String]

  init(_ table: CatalogTable, masks: [Int: String] = [:]) {
    self.masks = masks
    oid = table.oid
    membership = table.membership
    highestNumber = table.highestNumber
    heaps = table.heaps
    attached = table.attached
    versions = Dictionary(table.columns.map { ($0.number, $0.version) }) { first, _ in first }
    labels = Dictionary(
      table.columns.filter { !$0.labels.isEmpty }.map { ($0.number, Self.digest($0.labels[...])) }
    ) { first, _ in first }
  }

  /// True where a label has another name than it had; new ones do no harm.
  func hasRenamedLabel(_ column: CatalogColumn) -> Bool {
    guard let digest = labels[column.number], let count = Int(digest.prefix { $0 != "-" }) else {
      return false
    }
    return Self.digest(column.labels.prefix(count)) != digest
  }

  private static func digest(_ labels: ArraySlice<String>) -> String {
    var hash = StableHash()
    for label in labels { hash.combine(Array(label.utf8) + [1]) }
    return "\(labels.count)-" + String(hash.value, radix: 16, uppercase: true)
  }

  /// `oid=16384;published=16400;columns=3;heaps=16384:16384;attached=;versions=1:734,2:734,3:740;labels=`
  var text: String {
    let heaps = heaps.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
    let versions = versions.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
    let labels = labels.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
    let masks = masks.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
    let attached = attached.sorted().map(String.init).joined(separator: ",")
    return "oid=\(oid);published=\(membership);columns=\(highestNumber);heaps=\(heaps);attached=\(attached);"
      + "versions=\(versions);labels=\(labels)" + (masks.isEmpty ? "" : ";masks=\(masks)")
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
    highestNumber = highest
    self.heaps = [:]
    for (key, value) in Self.pairs(heaps) {
      if let key = UInt32(key), let value = UInt32(value) { self.heaps[key] = value }
    }
    attached = Set((fields["attached"] ?? "").split(separator: ",").compactMap { UInt32($0) })
    self.versions = [:]
    for (key, value) in Self.pairs(versions) {
      if let key = Int(key) { self.versions[key] = String(value) }
    }
    labels = [:]
    for (key, value) in Self.pairs(fields["labels"] ?? "") {
      if let key = Int(key) { labels[key] = String(value) }
    }
    masks = [:]
    for (key, value) in Self.pairs(fields["masks"] ?? "") {
      if let key = Int(key) { masks[key] = String(value) }
    }
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
