/// Where tables are kept. `DestinationContract` in Tests/Support is the suite that each one passes.
///
/// A destination is used by one pipeline's run at a time: `open` is called first, packages follow one
/// another, and within a package `write` and `truncate` are called in the order of the log.
public protocol Destination: Sendable {
  /// Takes the destination for this pipeline, cleans up what an earlier run left unfinished, and tells how far the
  /// pipeline has come: nil before a first full load was finished.
  func open(pipeline: String) async throws -> Checkpoint?

  /// Begins to replace a table (or to create it) by the rows of a snapshot.
  ///
  /// - Parameter position: the snapshot's; the table skips changes whose commit record begins before it.
  func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, pipeline: String, position: LSN
  ) async throws -> any TableLoad

  /// Begins a package of changes. Nothing of it is visible before `commit`.
  func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter

  /// Records a checkpoint that has no package of its own: the end of a full load.
  func record(_ checkpoint: Checkpoint) async throws
}

/// One table being replaced.
public protocol TableLoad: Sendable {
  /// Takes rows of the snapshot. May be called from several tasks at once; rows have no order.
  func write(_ rows: RowBatch) async throws
  /// Makes all rows visible in one atomic step, durable when it returns.
  func commit() async throws
  /// Drops what was written; the table stays as it was.
  func abandon() async
}

/// One load package being delivered.
public protocol PackageWriter: Sendable {
  /// Takes changes of one table. What the table already has (its position is ahead) is skipped.
  func write(_ changes: ChangeBatch, disposition: WriteDisposition) async throws
  /// Every row of the table before this point goes, those of this package included.
  func truncate(_ table: TableSchema, disposition: WriteDisposition, transaction: TransactionRun)
    async throws
  /// Applies everything and records the checkpoint last; durable when it returns. A replay changes nothing.
  func commit(_ checkpoint: Checkpoint) async throws
  /// Drops what was written.
  func abandon() async
}
