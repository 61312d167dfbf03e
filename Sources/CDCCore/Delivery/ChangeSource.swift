/// Where tables and their changes come from.
public protocol ChangeSource: Sendable {
  /// Opens a consistent snapshot of all tables, and makes sure that `changes` can continue from its position.
  ///
  /// - Parameter restart: false keeps a position that is already held at the source (a load repeated beside
  ///   a running pipeline), true gives it up and starts anew.
  /// - Throws: `CDCError.Code.positionLost` where `restart` is false and the source holds no usable position.
  func snapshot(restart: Bool) async throws -> any SourceSnapshot

  /// Opens a snapshot of some of the tables at an exact position, beside what is read from the log: nothing that the source
  /// holds for the other tables changes. From now on `changes` brings theirs too.
  ///
  /// - Parameter tables: those that are gone are left out; nil: all that the resources name.
  /// - Throws: `CDCError.Code.positionLost` where the source holds no usable position.
  func snapshot(of tables: Set<TableName>?) async throws -> any SourceSnapshot

  /// As `snapshot(restart: false)`, of the tables as a destination has them: without columns that came since and that a table's
  /// contract leaves out.
  ///
  /// - Parameter held: as `changes` gets it.
  func snapshot(as held: [HeldTable]?) async throws -> any SourceSnapshot

  /// As `snapshot(of:)`, of the tables as a destination has them.
  func snapshot(of tables: Set<TableName>?, as held: [HeldTable]?) async throws -> any SourceSnapshot

  /// Hands over changes from `position` on until `stop`; returns then. Backpressure: `sink` may suspend for as long as it
  /// likes, the connection to the source is kept alive meanwhile.
  ///
  /// - Parameter held: the destination's tables. Of each, what commits before its own position may be left out.
  ///   nil where the destination does not remember them: then a table's shape is followed as far as the log tells it.
  /// - Throws: `CDCError.Code.positionLost` where the source's log does not reach from the position on without a gap, or where it
  ///   was confirmed further than the position, whoever did it;
  ///   `UnsyncedTables`, before the boundary behind the first change concerned, for tables whose copy
  ///   cannot be brought up by changes; `CDCError.Code.schemaContract` where such a table's contract is `freeze`.
  /// - Parameter position: the checkpoint's. Transactions that committed before it may be handed over
  ///   again; destinations skip them.
  func changes(
    from position: LSN, held: [HeldTable]?, limits: BatchLimits, until stop: StopCondition,
    sink: @escaping @Sendable (ChangeEvent) async throws -> Void
  ) async throws

  /// The checkpoint is at `position`, durable: the source may forget what is before. It never forgets more, or a gap behind a
  /// checkpoint could not be told from log without changes. Cheap, never blocks.
  func confirm(_ position: LSN)

  /// Called when `changes` is over and its last package was confirmed: has the source hear of it, where it has not yet.
  func settle() async throws

  /// The source's current end of log.
  func currentPosition() async throws -> LSN

  /// The clock that commit times are of, microseconds since 1970-01-01T00:00:00Z.
  func currentTime() async throws -> Int64
}

extension ChangeSource {
  public func currentTime() async throws -> Int64 { .microsecondsSince1970 }

  public func settle() async throws {}

  public func snapshot(as held: [HeldTable]?) async throws -> any SourceSnapshot {
    try await snapshot(restart: false)
  }

  public func snapshot(
    of tables: Set<TableName>?, as held: [HeldTable]?
  ) async throws -> any SourceSnapshot {
    try await snapshot(of: tables)
  }

  public func snapshot(of tables: Set<TableName>?) async throws -> any SourceSnapshot {
    throw CDCError(.configuration, "This source cannot load single tables. Run a full load of all.")
  }
}

public enum StopCondition: Sendable, Hashable {
  /// Ends at the source's end of log as it is once `changes` has looked at the tables.
  case drained
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

  /// What of a table at the destination must not stay there as it is when the snapshot replaces it, not in older rows either.
  /// Nil: none of its rows stays, since the table of that name is another one, or none can tell. By default nil.
  func withheld(from held: HeldTable) -> WithheldColumns?

  /// Gives the snapshot back.
  func close() async
}

extension SourceSnapshot {
  public func withheld(from held: HeldTable) -> WithheldColumns? { nil }
}

public enum SnapshotEvent: Sendable {
  case rows(table: Int, RowBatch)
  /// What the table's contract has kept out of the rows.
  case refused(table: Int, Refusals)
  case finished(table: Int)
}
