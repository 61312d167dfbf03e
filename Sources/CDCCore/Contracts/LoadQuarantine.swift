/// What a load keeps out of its tables: a package of its own, which ends with the load's checkpoint.
actor LoadQuarantine {
  private let pipeline: String
  private let destination: any Destination
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
    run = TransactionRun(firstRow: 0, commitLSN: position, commitTime: began, xid: 0)
  }

  /// What was out of these tables is not any more: it is loaded, or kept out anew.
  func clear(_ tables: [TableName]) async throws {
    let open = try await QuarantineLedger.openKeys(destination, pipeline: pipeline)
    // Written later: what an earlier run has left undone may have to be given up by the load first.
    waiting = tables.filter { open[$0] != nil }.map { table in
      QuarantineEntry(
        event: .resolved, table: table, position: run.commitLSN, operation: .load, transaction: run)
    }
  }

  func add(_ refusals: Refusals, of table: TableName) async throws {
    var entries = refusals.rows.map { row in
      QuarantineEntry(
        event: .quarantined, table: table, key: row.key, position: run.commitLSN, operation: .load,
        column: row.column, reason: row.reason, row: row.json, transaction: run)
    }
    for (column, count) in refusals.discardedValues.sorted(by: { $0.key < $1.key }) {
      entries.append(
        QuarantineEntry(
          event: .discardedValues, table: table, position: run.commitLSN, operation: .load, column: column,
          count: count, transaction: run))
    }
    try await write(entries)
  }

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
      try await writer.write(taken.batch(pipeline: pipeline), disposition: .append)
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
