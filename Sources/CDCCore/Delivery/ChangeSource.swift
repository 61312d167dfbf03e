/// Where tables and their changes come from.
public protocol ChangeSource: Sendable {
  /// Opens a consistent snapshot of all tables, and makes sure that `changes` can continue from its position.
  ///
  /// - Parameter restart: false keeps a position that is already held at the source (a load repeated beside
  ///   a running pipeline), true gives it up and starts anew.
  /// - Throws: `CDCError.Code.positionLost` where `restart` is false and the source holds no usable position.
  func snapshot(restart: Bool) async throws -> any SourceSnapshot

  /// Hands over changes from `position` on until `stop`; returns then. Backpressure: `sink` may suspend for as long as it
  /// likes, the connection to the source is kept alive meanwhile.
  ///
  /// - Parameter position: the checkpoint's. Transactions that committed before it may be handed over
  ///   again; destinations skip them.
  func changes(
    from position: LSN, limits: BatchLimits, until stop: StopCondition,
    sink: @escaping @Sendable (ChangeEvent) async throws -> Void
  ) async throws

  /// Everything before `position` is durable at the destination: the source may forget it. Cheap, never blocks.
  func confirm(_ position: LSN)

  /// The source's current end of log.
  func currentPosition() async throws -> LSN
}

public enum StopCondition: Sendable, Hashable {
  /// Ends after the last transaction that commits before this position.
  case position(LSN)
  /// Ends when the task is cancelled or the service stops gracefully.
  case never
}

/// A consistent view of all tables of a source at one position.
public protocol SourceSnapshot: Sendable {
  var position: LSN { get }
  var tables: [TableSchema] { get }

  /// Reads all rows of all tables through several readers at once.
  ///
  /// - Parameter sink: called from several tasks at once; suspends for backpressure. `finished` comes once a
  ///   table, after the last of its rows.
  func read(
    readers: Int, limits: BatchLimits,
    sink: @escaping @Sendable (SnapshotEvent) async throws -> Void
  ) async throws

  /// Gives the snapshot back.
  func close() async
}

public enum SnapshotEvent: Sendable {
  case rows(table: Int, RowBatch)
  case finished(table: Int)
}
