import CDCCore
import Logging
import Synchronization

/// A table being replaced: a file writer for each caller at work, and one commit that takes the old files out and puts
/// the new ones in. Readers see the old table or the new one.
final class LocalTableLoad: TableLoad {
  private let table: LocalTable
  private let shape: TableShape
  /// Of the rows before; nil: nothing stays.
  private let carried: CarriedLoad?
  private let source: TableSchema
  private let isAppended: Bool
  private let pipeline: String
  private let position: LSN
  private let options: LocalDeltaOptions
  private let committed: @Sendable () -> Void
  private let lanes = Mutex(Lanes())

  private struct Lanes {
    var all: [FileLane] = []
    var idle: [FileLane] = []
    /// A commit that names their files may be there: from now on these are not ours to remove.
    var areSubmitted = false
  }

  init(
    _ table: LocalTable, _ source: TableSchema, isAppended: Bool, carrying rows: CarriedRows?,
    pipeline: String, position: LSN, options: LocalDeltaOptions,
    committed: @escaping @Sendable () -> Void
  ) throws {
    self.table = table
    self.isAppended = isAppended
    self.pipeline = pipeline
    self.position = position
    self.options = options
    self.committed = committed
    let target = isAppended ? source.appended : source
    let snapshot = try table.snapshot()
    if let rows, let snapshot {
      carried = try CarriedLoad(
        rows, of: table, snapshot, to: target, isAppended: isAppended, options: options)
    } else {
      carried = nil
    }
    if carried == nil, snapshot?.schema.hasPast ?? false {
      options.logger.notice("the table's history begins anew", metadata: ["table": "\(table.name)"])
    }
    shape = try carried?.shape ?? TableShape(replacing: snapshot?.metadata, by: target)
    self.source = source
  }

  func write(_ rows: RowBatch) async throws {
    let rows = isAppended ? ChangeAppender.snapshot(rows, position: position) : rows
    try await put(carried?.take(rows) ?? rows)
  }

  private func put(_ rows: RowBatch) async throws {
    guard rows.rowCount > 0 else { return }
    let lane = lanes.withLock { lanes in
      if let idle = lanes.idle.popLast() { return idle }
      let new = FileLane(store: table.store, shape: shape, options: options, pipeline: pipeline)
      lanes.all.append(new)
      return new
    }
    try await lane.write(rows)
    lanes.withLock { $0.idle.append(lane) }
  }

  func commit() async throws {
    let first = try table.snapshot()
    if let carried {
      try carried.requireSame(first, as: first)
      if let first { try await carried.rows(of: first, put) }
      if isAppended { try await put(carried.take(ChangeAppender.emptied(source, at: position))) }
    }
    var adds: [AddFile] = []
    let time = WallClock.milliseconds
    for lane in lanes.withLock({ $0.all }) { adds += try await lane.publish(at: time) }
    try options.pass(.beforeLoadCommit)
    try commit(adds, on: first, at: time)
    committed()
    try options.pass(.afterLoadCommit)
  }

  private func commit(_ adds: [AddFile], on first: DeltaSnapshot?, at time: Int64) throws {
    try table.store.createFolders()
    var base = first
    for _ in 0..<10 {
      var transaction: DeltaTransaction
      if let base {
        let replaces = carried?.replacesFiles ?? true
        transaction = DeltaTransaction(
          on: base, operation: "WRITE", parameters: ["mode": replaces ? "Overwrite" : "Append"],
          isBlindAppend: false)
        if shape.metadata != base.metadata { transaction.setMetadata(shape.metadata) }
        if replaces { for file in base.files { transaction.remove(file, at: time) } }
      } else {
        transaction = DeltaTransaction(
          creating: shape.metadata, in: table.store, operation: "WRITE", parameters: ["mode": "Overwrite"])
      }
      transaction.add(adds)
      transaction.setTransaction(appID: pipeline, version: Int64(bitPattern: position.rawValue), at: time)
      lanes.withLock { $0.areSubmitted = true }
      switch try transaction.commit() {
      case .committed(let snapshot):
        table.committed(snapshot, options.logger)
        return
      case .conflict:
        base = try table.snapshot()
        if base?.position(of: pipeline) != first?.position(of: pipeline) {
          throw CDCError(
            .fenced, "Another runner of pipeline \(pipeline) has written the table. Stop one of the two.",
            table: table.name)
        }
        try carried?.requireSame(base, as: first)
      }
    }
    throw DeltaError(
      .conflict, "Other writers won every race for the table's next version: nothing was written.",
      path: table.store.tablePath, isRetryable: true)
  }

  func abandon() async {
    for lane in lanes.withLock({ $0.areSubmitted ? [] : $0.all }) { await lane.abandon() }
  }
}

extension DeltaSchema {
  /// Whether the table tells more than what the source has now.
  fileprivate var hasPast: Bool {
    fields.contains { ["_cdc_op", "_cdc_valid_to", "_cdc_deleted_at"].contains($0.name) }
  }
}

/// One file writer, used by one caller after the other.
actor FileLane {
  private let writer: TableFileWriter

  init(store: FileLogStore, shape: TableShape, options: LocalDeltaOptions, pipeline: String) {
    writer = TableFileWriter(store: store, shape: shape, options: options, pipeline: pipeline)
  }

  func write(_ rows: RowBatch) throws {
    try writer.write(writer.shape.arrange(rows), rowCount: rows.rowCount)
  }

  func publish(at time: Int64) throws -> [AddFile] {
    try writer.publish()
    return writer.finished.map { writer.action(for: $0, at: time) }
  }

  func abandon() { writer.abandon() }
}
