import CDCCore

/// What a table holds under a write disposition that keeps more than the source does: written down change by change,
/// as the manual tells it.
struct HistoryModel {
  struct Version: Hashable {
    var row: [Value]
    var from: Int64?
    var to: Int64?
  }

  let table: TableSchema
  private(set) var current: [[Value]: Version] = [:]
  /// By key: the row that was deleted last, and when. For soft deletes.
  private(set) var deleted: [[Value]: Version] = [:]
  /// Ended versions. For scd2.
  private(set) var ended: [Version] = []

  init(_ table: TableSchema, _ rows: [[Value]]) {
    self.table = table
    for row in rows { current[key(row)] = Version(row: row) }
  }

  private func key(_ row: [Value]) -> [Value] { table.key.map { row[$0] } }

  mutating func apply(_ transaction: ModelTransaction) {
    let time = transaction.run(firstRow: 0).commitTime
    for change in transaction.changes {
      switch change {
      case .insert(_, let row): begin(row, time)
      case .update(_, let old, let new):
        guard let before = end(key(old), time, isUpdate: true) else { continue }
        let row = zip(new, before.row).map { $0 ?? $1 }
        if key(row) != key(old) { deleted[key(old)] = Version(row: before.row, from: before.from, to: time) }
        begin(row, time)
      case .delete(_, let key): _ = end(key, time)
      case .truncate: for key in Array(current.keys) { _ = end(key, time) }
      case .alter: break
      }
    }
  }

  /// The table is loaded again: rows that are there begin anew, at the load's time; what is not among them any more ends then.
  mutating func reload(_ rows: [[Value]]) {
    for (key, var version) in current {
      version.to = Self.loadTime
      ended.append(version)
      deleted[key] = version
    }
    current = [:]
    for row in rows {
      current[key(row)] = Version(row: row)
      deleted[key(row)] = nil
    }
  }

  private mutating func begin(_ row: [Value], _ time: Int64) {
    current[key(row)] = Version(row: row, from: time)
    deleted[key(row)] = nil
  }

  private mutating func end(_ key: [Value], _ time: Int64, isUpdate: Bool = false) -> Version? {
    guard var version = current.removeValue(forKey: key) else { return nil }
    version.to = time
    ended.append(version)
    if !isUpdate { deleted[key] = version }
    return version
  }

  /// Rows with `_cdc_deleted_at`.
  var softDeleted: [[Value]] {
    current.values.map { $0.row + [.null] }
      + deleted.values.map { $0.row + [Self.time($0.to)] }
  }

  /// Rows with `_cdc_valid_from` (null stands for the load's time), `_cdc_valid_to` and `_cdc_is_current`.
  var versions: [[Value]] {
    current.values.map { $0.row + [Self.time($0.from), .null, .boolean(true)] }
      + ended.map { $0.row + [Self.time($0.from), Self.time($0.to), .boolean(false)] }
  }

  /// Stands for the time of a load that ended a version.
  static let loadTime: Int64 = 1_000_000_000

  private static func time(_ time: Int64?) -> Value { time.map { .integer(Int128($0)) } ?? .null }
}
