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
  /// - Parameters:
  ///   - carried: what stays of the rows that the table has; nil: nothing.
  ///   - position: the snapshot's; the table skips changes whose commit record begins before it.
  func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad

  /// Begins a package of changes. Nothing of it is visible before `commit`.
  func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter

  /// Records a checkpoint that has no package of its own: the end of a full load, the end of much log without changes, or, at
  /// the position of the checkpoint before, the load of single tables.
  func record(_ checkpoint: Checkpoint) async throws

  /// How much log without changes, in bytes, is worth a checkpoint of its own. The source keeps so much for a pipeline that has
  /// nothing to do; up to eight times as much where it writes that within a minute.
  var idleBytes: Int { get }

  /// The pipeline's tables as they were at the last checkpoint, to be called after `open`: of each the schema of its
  /// last load or batch, with `mark` and column numbers, and the position of its last load. Nil where they are not remembered.
  func heldTables(pipeline: String) async throws -> [HeldTable]?

  /// Tables without which no package can be begun: an earlier one could not bring them up, and their load settles it. To be
  /// called after `open`.
  func unsyncedTables(pipeline: String) async throws -> UnsyncedTables?

  /// The pipeline no longer follows the table: `heldTables` does not name it from now on. Does nothing where it is not held.
  ///
  /// - Parameter copy: whether the table, which the pipeline has made, stays as it is.
  func release(_ table: TableName, pipeline: String, copy: RemovedTables) async throws
}

extension Destination {
  /// Begins to replace a table by the rows of a snapshot, without any of those that it has.
  public func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, pipeline: String, position: LSN
  ) async throws -> any TableLoad {
    try await beginLoad(
      table, disposition: disposition, carrying: nil, pipeline: pipeline, position: position)
  }

  public var idleBytes: Int { 64 << 20 }

  public func heldTables(pipeline: String) async throws -> [HeldTable]? { nil }

  public func unsyncedTables(pipeline: String) async throws -> UnsyncedTables? { nil }

  public func release(_ table: TableName, pipeline: String, copy: RemovedTables) async throws {
    if copy == .keep { return }
    throw CDCError(
      .configuration,
      "This destination cannot drop tables. Have removed tables kept, and drop this one by hand.",
      table: table)
  }
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
  /// Takes changes of one table. What the table already has (its position is ahead) is skipped. The batch's schema may
  /// differ from that of the one before: columns added and dropped, and renamed, where a number has another name. A batch
  /// without rows brings nothing but its schema.
  func write(_ changes: ChangeBatch, disposition: WriteDisposition) async throws
  /// Every row of the table before this point goes, those of this package included.
  func truncate(_ table: TableSchema, disposition: WriteDisposition, transaction: TransactionRun)
    async throws
  /// Applies everything and records the checkpoint last; durable when it returns. A replay changes nothing.
  func commit(_ checkpoint: Checkpoint) async throws
  /// Drops what was written.
  func abandon() async
}
