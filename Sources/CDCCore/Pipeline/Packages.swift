internal import Logging
internal import Metrics

/// Turns the events of a source into load packages, one after the other: opened by the first change, closed and
/// committed at a boundary.
struct Packages {
  private let pipeline: Pipeline
  private var position: LSN
  private var open: (any PackageWriter)?
  private var changes: [TableName: Int] = [:]

  init(pipeline: Pipeline, position: LSN) {
    self.pipeline = pipeline
    self.position = position
  }

  /// - Returns: the checkpoint and the changes by table, where the event closed a package.
  mutating func handle(
    _ event: ChangeEvent
  ) async throws -> (checkpoint: Checkpoint, changes: [TableName: Int])? {
    switch event {
    case .changes(let batch):
      let disposition = pipeline.configuration.resources.disposition(of: batch.table)
      guard disposition != .replace else { return nil }
      try await writer().write(batch, disposition: disposition)
      changes[batch.table.name, default: 0] += batch.operations.count { $0 != .deleteOldKey }
      return nil
    case .truncate(let truncation):
      for table in truncation.tables {
        let disposition = pipeline.configuration.resources.disposition(of: table)
        guard disposition != .replace else { continue }
        try await writer().truncate(table, disposition: disposition, transaction: truncation.transaction)
        changes[table.name, default: 0] += 1
      }
      return nil
    case .boundary(let boundary):
      return try await commit(boundary)
    }
  }

  /// Drops a package that is not whole.
  mutating func abandon() async {
    await open?.abandon()
    open = nil
    changes = [:]
  }

  private mutating func writer() async throws -> any PackageWriter {
    if let open { return open }
    let package = LoadPackage(pipeline: pipeline.name, from: position)
    let writer = try await pipeline.destination.beginPackage(package)
    open = writer
    return writer
  }

  private mutating func commit(
    _ boundary: Boundary
  ) async throws -> (checkpoint: Checkpoint, changes: [TableName: Int])? {
    guard let writer = open else {
      // Nothing came in between, so everything up to here is durable as it is.
      pipeline.source.confirm(boundary.position)
      return nil
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
    defer {
      open = nil
      changes = [:]
      position = boundary.position
    }
    return (checkpoint, changes)
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
