/// Keeps out of tables what they cannot hold, and knows which keys' rows are out.
///
/// A table holds exactly the source's rows that it can hold. So a row whose new version it cannot hold leaves it; comes a version
/// that it can hold, that one is inserted. What such an update does not carry (unchanged TOAST values) nobody has: the
/// table is loaded again, at a position of its own.
struct Quarantine: Sendable {
  private let pipeline: String
  /// By table the keys whose rows are out: their values, as `JSONText.values` has them.
  private var keys: [TableName: Set<String>]
  /// Of tables that were loaded on the way: what commits before is in them, quarantine and all.
  private let loaded: [TableName: LSN]
  /// The checkpoint's: what commits before was seen to by an earlier run.
  private let position: LSN
  private var counts = RefusalCounts()
  /// Of the last entry.
  private var number: Int64

  init(
    pipeline: String, from position: LSN, _ ledger: QuarantineLedger, loaded: [TableName: LSN] = [:]
  ) {
    self.init(pipeline: pipeline, from: position, keys: ledger.keys, after: ledger.last, loaded: loaded)
  }

  init(
    pipeline: String, from position: LSN = .zero, keys: [TableName: Set<String>] = [:],
    after number: Int64 = 0, loaded: [TableName: LSN] = [:]
  ) {
    self.number = number
    self.pipeline = pipeline
    self.position = position
    self.keys = keys
    self.loaded = loaded
  }

  /// Whether nothing is kept out of the batch, and nothing in it is about a row that is out.
  func passes(_ batch: ChangeBatch) -> Bool {
    batch.refusals.isEmpty && (keys[batch.table.name]?.isEmpty ?? true)
  }

  /// The counts since the last call.
  mutating func takeCounts() -> RefusalCounts {
    defer { counts = RefusalCounts() }
    return counts
  }

  /// Sorts a batch.
  ///
  /// - Returns: what its table can hold, nil where that is nothing; and what goes to the quarantine.
  /// - Throws: `UnsyncedTables` where a row is to come back that nobody has whole.
  mutating func sort(
    _ batch: ChangeBatch, _ disposition: WriteDisposition
  ) throws -> (kept: ChangeBatch?, entries: ChangeBatch?) {
    let start = max(loaded[batch.table.name] ?? .zero, position)
    var pass = QuarantinePass(batch, disposition, keys: keys[batch.table.name] ?? [], from: start)
    try pass.walk()
    keys[batch.table.name] = pass.keys
    let name = batch.table.name
    if !pass.entries.isEmpty {
      for (_, count) in batch.refusals.discardedValues { counts.values[name, default: 0] += count }
    }
    counts.rows[name, default: 0] += pass.entries.count { $0.event == .quarantined }
    return (pass.kept, pass.entries.isEmpty ? nil : numbered(pass.entries))
  }

  /// The table is no longer followed: nothing of it is kept out any more.
  mutating func release(_ table: TableName, at boundary: Boundary) -> ChangeBatch? {
    guard let open = keys.removeValue(forKey: table), !open.isEmpty else { return nil }
    let run = TransactionRun(
      firstRow: 0, commitLSN: boundary.position, commitTime: boundary.commitTime, xid: 0)
    return numbered([
      QuarantineEntry(
        event: .resolved, table: table, position: boundary.position, reason: "the table is no longer copied",
        transaction: run)
    ])
  }

  private mutating func numbered(_ entries: [QuarantineEntry]) -> ChangeBatch {
    defer { number += Int64(entries.count) }
    return entries.batch(pipeline: pipeline, after: number)
  }

  /// Every row of the table goes.
  mutating func truncate(_ table: TableName, _ truncation: Truncation) -> ChangeBatch? {
    guard let open = keys.removeValue(forKey: table), !open.isEmpty else { return nil }
    return numbered([
      QuarantineEntry(
        event: .resolved, table: table, position: truncation.position, operation: .truncate,
        transaction: truncation.transaction)
    ])
  }
}

/// How much contracts have kept out, by table.
package struct RefusalCounts: Sendable, Hashable {
  /// Rows that went to the quarantine.
  package var rows: [TableName: Int] = [:]
  /// Values that became null.
  package var values: [TableName: Int] = [:]

  package init() {}

  init(_ refusals: Refusals, of table: TableName) {
    if !refusals.rows.isEmpty { rows[table] = refusals.rows.count }
    let count = refusals.discardedValues.values.reduce(0, +)
    if count > 0 { values[table] = count }
  }

  package mutating func add(_ other: RefusalCounts) {
    rows.merge(other.rows, uniquingKeysWith: +)
    values.merge(other.values, uniquingKeysWith: +)
  }
}
