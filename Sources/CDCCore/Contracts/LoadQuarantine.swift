/// What a load keeps out of its tables: a package of its own, which ends with the load's checkpoint.
actor LoadQuarantine {
  private let pipeline: String
  private let destination: any Destination
  private let position: LSN
  private let run: TransactionRun
  private let previous: LSN
  private var writer: (any PackageWriter)?

  /// - Parameters:
  ///   - position: the snapshot's.
  ///   - previous: the checkpoint's, before the load.
  ///   - began: when the load began, microseconds since 1970-01-01T00:00:00Z.
  init(_ pipeline: String, _ destination: any Destination, position: LSN, after previous: LSN, began: Int64) {
    self.pipeline = pipeline
    self.destination = destination
    self.previous = previous
    self.position = position
    // Another server's log may be behind the one from before: what is appended never is.
    run = TransactionRun(firstRow: 0, commitLSN: max(position, previous), commitTime: began, xid: 0)
  }

  /// What was out of these tables is not any more: it is loaded, or kept out anew.
  func clear(_ tables: [TableName]) async throws {
    let ledger = try await QuarantineLedger.read(destination, pipeline: pipeline)
    number = ledger.last
    // Written later: what an earlier run has left undone may have to be given up by the load first.
    waiting = tables.filter { ledger.keys[$0] != nil }.map { table in
      QuarantineEntry(
        event: .resolved, table: table, position: position, operation: .load, transaction: run)
    }
  }

  func add(_ refusals: Refusals, of table: TableName) async throws {
    var entries = refusals.rows.map { row in
      QuarantineEntry(
        event: .quarantined, table: table, key: row.key, position: position, operation: .load,
        column: row.column, reason: row.reason, row: row.json, transaction: run)
    }
    for (column, count) in refusals.discardedValues.sorted(by: { $0.key < $1.key }) {
      entries.append(
        QuarantineEntry(
          event: .discardedValues, table: table, position: position, operation: .load, column: column,
          count: count, transaction: run))
    }
    try await write(entries)
  }

  /// Of the last entry.
  private var number: Int64 = 0
  private var isWriting = false
  private var waiting: [QuarantineEntry] = []

  /// A package takes one write at a time, and a load has several writers: what comes meanwhile waits.
  private func write(_ entries: [QuarantineEntry]) async throws {
    waiting += entries
    if isWriting { return }
    isWriting = true
    defer { isWriting = false }
    while !waiting.isEmpty {
      var taken: [QuarantineEntry] = []
      swap(&taken, &waiting)
      let writer = try await opened()
      let batch = taken.batch(pipeline: pipeline, after: number)
      number += Int64(taken.count)
      try await writer.write(batch, disposition: .append)
    }
  }

  private func opened() async throws -> any PackageWriter {
    if let writer { return writer }
    let new = try await destination.beginPackage(LoadPackage(pipeline: pipeline, from: previous))
    writer = new
    return new
  }

  /// Records the load's checkpoint, with what was kept out.
  func commit(_ checkpoint: Checkpoint) async throws {
    try await write([])
    guard let writer else { return try await destination.record(checkpoint) }
    try await writer.commit(checkpoint)
    self.writer = nil
  }

  func abandon() async {
    await writer?.abandon()
    writer = nil
  }
}
