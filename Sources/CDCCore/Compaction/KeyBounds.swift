/// Answers whether any key of a set can lie between a minimum and a maximum, so that files, row groups and
/// pages are passed over. It looks at the first key column only.
package struct KeyBounds: Sendable {
  private enum Form: Sendable {
    /// Ascending; every key where the set is small enough to sort, else the least and the greatest.
    case integers([Int64], exact: Bool)
    case bytes(least: [UInt8], greatest: [UInt8])
    case unknown
  }
  private let form: Form

  /// Sets up to this many keys are sorted whole.
  private static let sortLimit = 500_000

  package init(_ index: KeyIndex, entries: Range<Int>, table: TableSchema) {
    if index.isInteger {
      let keys = index.integers.keys[entries]
      if keys.count <= Self.sortLimit {
        form = .integers(keys.sorted(), exact: true)
      } else if let least = keys.min(), let greatest = keys.max() {
        form = .integers([least, greatest], exact: false)
      } else {
        form = .unknown
      }
    } else if table.key.count == 1, [.string, .binary].contains(table.keyColumns[0].type),
      let first = entries.first
    {
      var least = index.strings.key(first)
      var greatest = least
      for entry in entries.dropFirst() {
        let key = index.strings.key(entry)
        if key.lexicographicallyPrecedes(least) { least = key }
        if greatest.lexicographicallyPrecedes(key) { greatest = key }
      }
      form = .bytes(least: Array(least), greatest: Array(greatest))
    } else {
      form = .unknown
    }
  }

  /// False only where no key can lie in `minimum...maximum`. True for bounds of another type.
  package func admits(_ minimum: Value, _ maximum: Value) -> Bool {
    switch (form, minimum, maximum) {
    case (.integers(let keys, let exact), .integer(let low), .integer(let high)):
      guard let least = keys.first, let greatest = keys.last else { return false }
      if Int128(greatest) < low || Int128(least) > high { return false }
      if !exact { return true }
      let at = firstIndex(keys, notBelow: low)
      return at < keys.count && Int128(keys[at]) <= high
    case (.bytes(let least, let greatest), .bytes(let low), .bytes(let high)):
      return !greatest.lexicographicallyPrecedes(low) && !high.lexicographicallyPrecedes(least)
    default: return true
    }
  }

  private func firstIndex(_ keys: [Int64], notBelow bound: Int128) -> Int {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if Int128(keys[middle]) < bound { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
