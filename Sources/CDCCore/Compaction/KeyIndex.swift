/// What a load package has done so far to each key of one table: the last change wins.
///
/// Memory follows the number of keys, not of changes or their width: about 24 bytes for an integer key,
/// 40 and its bytes for others.
package struct KeyIndex: Sendable {
  /// Where the rows of one key stand.
  enum Place {
    /// The key's last change removed its row.
    static let removed: Int64 = -1
    /// Not seen before this batch.
    static let unseen: Int64 = -2
    /// Row r of the batch that is being compacted is `inBatch - r`; it never outlives that.
    static let inBatch: Int64 = -3
  }

  let isInteger: Bool
  var integers = IntegerKeyTable()
  var strings = ByteKeyTable()
  /// By entry: the number of the row that holds the key now, or a `Place`.
  var places: [Int64] = []

  /// - Parameter table: whose `key` must not be empty.
  package init(_ table: TableSchema) {
    isInteger = table.key.count == 1 && Self.isInteger(table.keyColumns[0].type)
  }

  /// How many keys were seen.
  package var count: Int { isInteger ? integers.count : strings.count }

  /// Whether the key's last change removed its row.
  package func isRemoved(_ entry: Int) -> Bool { places[entry] == Place.removed }

  /// How many keys have no row after the package.
  package var removedCount: Int { places.reduce(0) { $0 + ($1 == Place.removed ? 1 : 0) } }

  /// The numbers of the rows that keys have after what came so far.
  package var liveRows: [Int64] { places.filter { $0 >= 0 } }

  /// Numbers the rows of these entries anew, for a destination that writes a batch's upserts in an order of its own.
  package mutating func place(_ entries: [Int32], from firstRow: Int64) {
    for (offset, entry) in entries.enumerated() { places[Int(entry)] = firstRow + Int64(offset) }
  }

  private static func isInteger(_ type: ColumnType) -> Bool {
    switch type {
    case .short, .int, .long, .date, .timestamp, .timestampNTZ: true
    case .decimal(let precision, _): precision <= 18
    default: false
    }
  }

  static func integers(_ column: ColumnVector) -> [Int64] {
    switch column.values {
    case .int64(let values): values
    case .int32(let values): values.map { Int64($0) }
    default: []
    }
  }
}
