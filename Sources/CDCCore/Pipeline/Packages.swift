internal import Logging
internal import Metrics

/// Turns the events of a source into load packages, one after the other: opened by the first change, closed and
/// committed at a boundary.
struct Packages {
  private let pipeline: Pipeline
  private var position: LSN
  /// The source's clock at the last transaction before.
  private var commitTime: Int64
  private let idleBytes: Int
  private var open: (any PackageWriter)?
  private var changes: [TableName: Int] = [:]
  private var keysAlive: [TableName: KeysAlive] = [:]
  /// Of tables that are merged without a key.
  private var equalRows: [TableName: EqualRows] = [:]
  private var quarantine: Quarantine

  init(pipeline: Pipeline, after checkpoint: Checkpoint, idleBytes: Int, quarantine: Quarantine) {
    self.pipeline = pipeline
    self.idleBytes = idleBytes
    position = checkpoint.position
    commitTime = checkpoint.commitTime
    self.quarantine = quarantine
  }

  /// What closed a package.
  struct Done {
    var checkpoint: Checkpoint
    /// By table; old-key halves of updates are not counted.
    var changes: [TableName: Int]
    var refusals: RefusalCounts
    /// Nothing was written but the checkpoint.
    var isIdle = false
  }

  /// - Returns: nil where the event closed no package.
  mutating func handle(_ event: ChangeEvent) async throws -> Done? {
    switch event {
    case .changes(let batch):
      let count = batch.operations.count { $0 != .deleteOldKey }
      if try await write(batch) { changes[batch.table.name, default: 0] += count }
      return nil
    case .truncate(let truncation):
      for table in truncation.tables where try await truncate(table, truncation) {
        changes[table.name, default: 0] += 1
      }
      return nil
    case .boundary(let boundary):
      return try await commit(boundary)
    }
  }

  /// - Returns: false where the table's disposition has no use for them.
  private mutating func write(_ batch: ChangeBatch) async throws -> Bool {
    let disposition = pipeline.configuration.resources.disposition(of: batch.table)
    if disposition == .replace { return false }
    guard let batch = try await quarantined(batch, disposition) else { return true }
    guard var delivered = disposition.delivered(batch) else { return false }
    try await follow(batch.table, disposition)
    if equalRows[batch.table.name] != nil {
      guard let byKey = try await equalRows[batch.table.name]?.delivered(batch) else { return false }
      delivered = byKey
    }
    try keysAlive[batch.table.name]?.add(batch)
    try await writer().write(delivered, disposition: disposition.delivered)
    return true
  }

  /// Sends on what the table's contract keeps out; nil where nothing is left.
  private mutating func quarantined(
    _ batch: ChangeBatch, _ disposition: WriteDisposition
  ) async throws -> ChangeBatch? {
    if quarantine.passes(batch) { return batch }
    let (kept, entries) = try quarantine.sort(batch, disposition)
    if let entries { try await writer().write(entries, disposition: .append) }
    return kept
  }

  private mutating func truncate(_ table: TableSchema, _ truncation: Truncation) async throws -> Bool {
    let disposition = pipeline.configuration.resources.disposition(of: table)
    if disposition == .replace || disposition == .insertOnly { return false }
    let writer = try await writer()
    if let entries = quarantine.truncate(table.name, truncation) {
      try await writer.write(entries, disposition: .append)
    }
    try await follow(table, disposition)
    equalRows[table.name]?.truncate(truncation.transaction)
    if let keys = keysAlive[table.name] {
      let deletes = try await keys.deletes(of: table, truncation, in: pipeline.destination)
      for batch in deletes { _ = try await write(batch) }
    } else {
      try await writer.truncate(
        disposition.shape(of: table), disposition: disposition.delivered, transaction: truncation.transaction)
    }
    return true
  }

  private mutating func follow(_ table: TableSchema, _ disposition: WriteDisposition) async throws {
    if keysAlive[table.name] == nil { keysAlive[table.name] = KeysAlive(table, disposition) }
    if disposition == .merge, !table.hasKey, equalRows[table.name] == nil {
      equalRows[table.name] = try await EqualRows(
        table, pipeline: pipeline.name, in: pipeline.destination)
    }
  }

  /// Drops a package that is not whole.
  mutating func abandon() async {
    await open?.abandon()
    open = nil
    changes = [:]
    (keysAlive, equalRows) = ([:], [:])
  }

  private mutating func writer() async throws -> any PackageWriter {
    if let open { return open }
    let package = LoadPackage(pipeline: pipeline.name, from: position)
    let writer = try await pipeline.destination.beginPackage(package)
    open = writer
    return writer
  }

  private mutating func commit(_ boundary: Boundary) async throws -> Done? {
    for table in boundary.removed {
      guard let entries = quarantine.release(table, at: boundary) else { continue }
      try await writer().write(entries, disposition: .append)
    }
    guard let writer = open else {
      let done = try await passIdle(to: boundary)
      try await remove(boundary.removed)
      return done
    }
    let count = changes.values.reduce(0, +)
    let checkpoint = Checkpoint(
      pipeline: pipeline.name, kind: .cdc,
      packageID: LoadPackage(pipeline: pipeline.name, from: position).id(to: boundary.position),
      position: boundary.position, commitTime: boundary.commitTime, rowCount: count)
    let started = ContinuousClock.now
    try await writer.commit(checkpoint)
    pipeline.source.confirm(boundary.position)
    record(checkpoint, took: .now - started)
    for (table, rows) in equalRows where rows.unmatched > 0 {
      pipeline.logger.warning(
        "rows that went in the source were not found in the copy; cdc verify shows whether it is equal",
        metadata: ["table": "\(table)", "rows": "\(rows.unmatched)"])
    }
    try await remove(boundary.removed)
    defer {
      open = nil
      changes = [:]
      (keysAlive, equalRows) = ([:], [:])
      (position, commitTime) = (boundary.position, boundary.commitTime)
    }
    return Done(checkpoint: checkpoint, changes: changes, refusals: quarantine.takeCounts())
  }

  /// Nothing came in between, so everything up to the boundary is durable as it is. The source is told only what is recorded: a
  /// slot that is ahead of its checkpoint then always means that changes are missing. Recording has a price, so it is
  /// done when there is enough log to be rid of.
  private mutating func passIdle(to boundary: Boundary) async throws -> Done? {
    guard boundary.position > position,
      boundary.position.rawValue - position.rawValue >= UInt64(max(idleBytes, 0))
    else { return nil }
    let checkpoint = Checkpoint(
      pipeline: pipeline.name, kind: .cdc,
      packageID: LoadPackage(pipeline: pipeline.name, from: position).id(to: boundary.position),
      position: boundary.position, commitTime: max(boundary.commitTime, commitTime), rowCount: 0)
    try await pipeline.destination.record(checkpoint)
    pipeline.source.confirm(boundary.position)
    (position, commitTime) = (checkpoint.position, checkpoint.commitTime)
    pipeline.logger.info("no changes for long: position recorded", metadata: ["position": "\(position)"])
    return Done(checkpoint: checkpoint, changes: [:], refusals: RefusalCounts(), isIdle: true)
  }

  private func remove(_ tables: [TableName]) async throws {
    for table in tables {
      let copy = pipeline.configuration.removedTables
      try await pipeline.destination.release(table, pipeline: pipeline.name, copy: copy)
      pipeline.logger.notice(
        "the source no longer has the table, or is no longer asked for it",
        metadata: ["table": "\(table)", "copy": "\(copy)"])
    }
  }

  private func record(_ checkpoint: Checkpoint, took duration: Duration) {
    let labels = [("pipeline", pipeline.name)]
    Counter(label: "cdc_changes_total", dimensions: labels).increment(by: checkpoint.rowCount)
    Counter(label: "cdc_packages_total", dimensions: labels).increment()
    Timer(label: "cdc_package_commit", dimensions: labels).record(duration: duration)
    let lag = Int64.microsecondsSince1970 - checkpoint.commitTime
    Gauge(label: "cdc_lag_seconds", dimensions: labels).record(Double(lag) / 1e6)
    pipeline.configuration.progress?(.committed(checkpoint))
    pipeline.logger.info(
      "package committed",
      metadata: [
        "package": "\(checkpoint.packageID)", "position": "\(checkpoint.position)",
        "changes": "\(checkpoint.rowCount)", "commit": "\(duration)",
      ])
  }
}
