/// The rows that a destination's table stands for. A merged table holds them as they are, with soft deletes and scd2
/// beside rows that are gone; an appended one holds the changes that lead to them, which are played back here.
struct TableRows: Sendable {
  /// Rows to be counted, with weight 1, or −1 for one that takes an earlier one back.
  typealias Sink = @Sendable (RowBatch, _ weight: Int) async throws -> Void

  private let destination: any ReadableDestination
  private let table: TableName
  private let alignment: ColumnAlignment
  private let log: ChangeLogColumns?
  /// Keys whose last change is held in memory at once.
  private let heldKeys: Int

  init(
    _ destination: any ReadableDestination, _ schema: TableSchema, _ alignment: ColumnAlignment, heldKeys: Int
  ) {
    self.destination = destination
    table = schema.name
    self.alignment = alignment
    log = ChangeLogColumns(schema)
    self.heldKeys = max(heldKeys, 1)
  }

  func read(_ sink: @escaping Sink) async throws {
    guard let log else {
      return try await destination.read(table, columns: nil) { batch in
        let alive = batch.rowsAlive
        if alive.count == batch.rowCount { return try await sink(batch, 1) }
        if !alive.isEmpty { try await sink(batch.gather(alive), 1) }
      }
    }
    let extent = LogExtent()
    try await destination.read(table, columns: nil) { await extent.note($0, log) }
    // Nothing from before the last truncation counts.
    let start = await extent.truncation
    if alignment.hasKey {
      try await replay(log, from: start, rounds: extent.rows / heldKeys + 1, sink)
    } else {
      try await settle(log, from: start, sink)
    }
  }

  /// Without a key a delete takes back a row that is equal in every column.
  private func settle(
    _ log: ChangeLogColumns, from start: ChangeOrder?, _ sink: @escaping Sink
  ) async throws {
    try await destination.read(table, columns: nil) { batch in
      var (kept, removed): ([Int32], [Int32]) = ([], [])
      for (row, change) in log.changes(batch).enumerated() where change.follows(start) {
        if change.removesRow { removed.append(Int32(row)) } else { kept.append(Int32(row)) }
      }
      if !kept.isEmpty { try await sink(batch.gather(kept), 1) }
      if !removed.isEmpty { try await sink(batch.gather(removed), -1) }
    }
  }

  /// With a key its last change counts. The keys are taken in as many rounds as memory asks for.
  private func replay(
    _ log: ChangeLogColumns, from start: ChangeOrder?, rounds: Int, _ sink: @escaping Sink
  ) async throws {
    let alignment = alignment
    for round in 0..<rounds {
      @Sendable func due(_ batch: RowBatch) -> [(row: Int32, key: KeyHash, change: LoggedChange)] {
        let keys = RowFingerprints(batch, alignment, side: .destination).keys
        return zip(keys, log.changes(batch)).enumerated().compactMap { row, pair in
          guard Int(pair.0.low % UInt64(rounds)) == round, pair.1.follows(start) else { return nil }
          return (Int32(row), pair.0, pair.1)
        }
      }
      let last = LastChanges()
      try await destination.read(table, columns: nil) { await last.note(due($0)) }
      let incomplete = IncompleteRows()
      try await destination.read(table, columns: nil) { batch in
        let (rows, parts) = await last.sort(due(batch))
        if !rows.isEmpty { try await sink(batch.gather(rows), 1) }
        if !parts.isEmpty { await incomplete.note(batch, parts) }
      }
      for row in await incomplete.completed { try await sink(row, 1) }
    }
  }
}

/// How long an appended table is, and where it was truncated last.
private actor LogExtent {
  private(set) var rows = 0
  private(set) var truncation: ChangeOrder?

  func note(_ batch: RowBatch, _ log: ChangeLogColumns) {
    rows += batch.rowCount
    for change in log.changes(batch) where change.isTruncation && change.follows(truncation) {
      truncation = change.order
    }
  }
}

/// Each key's last change.
private actor LastChanges {
  private struct Entry {
    var order: ChangeOrder
    /// Some change of the key left values out.
    var isIncomplete: Bool
  }

  private var last: [KeyHash: Entry] = [:]

  func note(_ changes: [(row: Int32, key: KeyHash, change: LoggedChange)]) {
    for (_, key, change) in changes {
      var entry = last[key] ?? Entry(order: change.order, isIncomplete: false)
      entry.order = max(entry.order, change.order)
      entry.isIncomplete = entry.isIncomplete || !change.unchanged.isEmpty
      last[key] = entry
    }
  }

  /// Rows that are what their key stands for, and rows that have to be put together with others of their key.
  func sort(
    _ changes: [(row: Int32, key: KeyHash, change: LoggedChange)]
  ) -> (rows: [Int32], parts: [(row: Int32, key: KeyHash, change: LoggedChange)]) {
    let parts = changes.filter { last[$0.key]?.isIncomplete ?? false }
    let rows = changes.filter {
      guard let entry = last[$0.key], !entry.isIncomplete else { return false }
      return entry.order == $0.change.order && !$0.change.removesRow
    }
    return (rows.map(\.row), parts)
  }
}

/// Puts rows together whose last change left out values that it did not change: each comes from the last change that
/// carried it.
private actor IncompleteRows {
  private var parts: [KeyHash: [(change: LoggedChange, row: RowBatch)]] = [:]

  func note(_ batch: RowBatch, _ rows: [(row: Int32, key: KeyHash, change: LoggedChange)]) {
    for (row, key, change) in rows { parts[key, default: []].append((change, batch.gather([row]))) }
  }

  var completed: [RowBatch] {
    parts.values.compactMap { parts in
      let newestFirst = parts.sorted { $1.change.order < $0.change.order }
      guard let newest = newestFirst.first, !newest.change.removesRow else { return nil }
      let life = newestFirst.prefix { !$0.change.removesRow }
      let table = newest.row.table
      let columns = table.columns.indices.map { column in
        let name = table.columns[column].name
        return (life.first { !$0.change.unchanged.contains(name) } ?? newest).row.columns[column]
      }
      return RowBatch(table: table, rowCount: 1, columns: columns)
    }
  }
}
