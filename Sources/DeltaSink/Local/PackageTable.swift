import CDCCore

/// One table within a load package. Calls follow one another; nothing is visible before `commit`.
protocol PackageTable: Actor {
  func write(_ changes: ChangeBatch) async throws
  func truncate(_ table: TableSchema, _ transaction: TransactionRun) async throws
  /// Ends the open file so that it costs no memory while other tables are written.
  func rest() throws
  /// - Parameter position: the table is at this position afterwards.
  func commit(at position: LSN) async throws
  func abandon()
}

/// What the tables of a package have in common.
struct PackageContext: Sendable {
  let table: LocalTable
  let pipeline: String
  let options: LocalDeltaOptions
  /// The table as the package found it; nil where there is none yet.
  let snapshot: DeltaSnapshot?
  /// Transactions that commit before this are in the table already.
  let position: LSN

  init(_ table: LocalTable, pipeline: String, options: LocalDeltaOptions) throws {
    self.table = table
    self.pipeline = pipeline
    self.options = options
    snapshot = try table.snapshot()
    position = snapshot?.position(of: pipeline) ?? .zero
  }

  func shape(_ source: TableSchema, after metadata: Metadata?) throws -> TableShape {
    try metadata.map { try TableShape(evolving: $0, to: source) }
      ?? TableShape(replacing: nil, by: source)
  }

  func writer(_ shape: TableShape, firstRow: Int64 = 0) -> TableFileWriter {
    TableFileWriter(
      store: table.store, shape: shape, options: options, pipeline: pipeline, firstRow: firstRow)
  }

  /// After a lost race: the newest snapshot, if our work can be put onto it.
  ///
  /// - Throws: `CDCError.fenced` where the winner was this pipeline; a retryable error where the shape has changed.
  func snapshotAfterConflict(_ base: DeltaSnapshot?) throws -> DeltaSnapshot {
    guard let newest = try table.snapshot() else {
      throw DeltaError(
        .notFound, "The table has gone while it was written.", path: table.store.tablePath, isRetryable: true)
    }
    if newest.position(of: pipeline) != base?.position(of: pipeline) ?? .zero {
      throw CDCError(
        .fenced, "Another runner of pipeline \(pipeline) has written the table. Stop one of the two.",
        table: table.name)
    }
    guard let base, newest.metadata == base.metadata, newest.protocolAction == base.protocolAction else {
      throw DeltaError(
        .conflict,
        "Another writer has changed the table's schema or settings meanwhile: nothing was written.",
        path: table.store.tablePath, version: newest.version, isRetryable: true)
    }
    return newest
  }
}
