import CDCCore

/// Appends a package's changes to one table, every change a row.
actor TableAppend: PackageTable {
  private let context: PackageContext
  private var shape: TableShape?
  private var writers: [TableFileWriter] = []
  private var appender = ChangeAppender()
  /// A commit that names our files may be there: from now on they are not ours to remove.
  private var isSubmitted = false

  init(_ context: PackageContext) { self.context = context }

  func write(_ changes: ChangeBatch) throws {
    let isShape = changes.rowCount == 0
    guard let changes = isShape ? changes : changes.skipping(before: context.position) else { return }
    try append(appender.rows(changes))
  }

  func truncate(_ table: TableSchema, _ transaction: TransactionRun) throws {
    guard transaction.commitLSN >= context.position else { return }
    try append(appender.truncation(table, transaction))
  }

  private func append(_ rows: RowBatch) throws {
    if shape?.source != rows.table {
      let new = try context.shape(rows.table, after: shape?.metadata ?? context.snapshot?.metadata)
      try writers.last?.closeFile()
      writers.append(context.writer(new))
      shape = new
    }
    guard let shape, let writer = writers.last else { return }
    try writer.write(shape.arrange(rows), rowCount: rows.rowCount)
  }

  func rest() throws { try writers.last?.closeFile() }

  func abandon() {
    if isSubmitted { return }
    for writer in writers { writer.abandon() }
    writers = []
  }

  func commit(at position: LSN) throws {
    guard let shape else { return }
    for writer in writers { try writer.publish() }
    let time = WallClock.milliseconds
    var base = context.snapshot
    for _ in 0..<10 {
      var transaction: DeltaTransaction
      if let base {
        transaction = DeltaTransaction(on: base, operation: "WRITE", isBlindAppend: true)
        if shape.metadata != base.metadata { transaction.setMetadata(shape.metadata) }
      } else {
        transaction = DeltaTransaction(creating: shape.metadata, in: context.table.store, operation: "WRITE")
      }
      for writer in writers { transaction.add(writer.finished.map { writer.action(for: $0, at: time) }) }
      transaction.setTransaction(
        appID: context.pipeline, version: Int64(bitPattern: position.rawValue), at: time)
      isSubmitted = true
      switch try transaction.commit() {
      case .committed(let snapshot):
        context.table.committed(snapshot, context.options.logger)
        return
      case .conflict: base = try context.snapshotAfterConflict(base)
      }
    }
    throw DeltaError(
      .conflict, "Other writers won every race for the table's next version: nothing was written.",
      path: context.table.store.tablePath, isRetryable: true)
  }
}
