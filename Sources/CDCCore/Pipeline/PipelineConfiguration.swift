/// How a pipeline runs. Every default is meant to be kept.
public struct PipelineConfiguration: Sendable {
  public var resources: ResourceList
  /// For full loads: the size of a batch, which becomes a row group.
  public var loadLimits: BatchLimits
  /// For CDC: when a package is closed.
  public var captureLimits: BatchLimits
  /// Connections that read a snapshot side by side.
  public var readers: Int
  /// Tasks that encode and write batches side by side.
  public var writers: Int
  /// Column vectors in memory that wait between reading and writing, in bytes.
  public var bufferedBytes: Int
  public var retry: RetryPolicy
  /// What becomes of a destination's table when the source drops its table, or the resources no longer name it.
  public var removedTables: RemovedTables
  /// Called as work goes on, from any task; must return soon.
  public var progress: (@Sendable (PipelineProgress) -> Void)?

  public init(
    resources: ResourceList = ResourceList(),
    loadLimits: BatchLimits = BatchLimits(rows: 122_880, bytes: 16 << 20),
    captureLimits: BatchLimits = BatchLimits(),
    readers: Int = 2, writers: Int = 2, bufferedBytes: Int = 32 << 20,
    retry: RetryPolicy = RetryPolicy(), removedTables: RemovedTables = .keep,
    progress: (@Sendable (PipelineProgress) -> Void)? = nil
  ) {
    self.resources = resources
    self.loadLimits = loadLimits
    self.captureLimits = captureLimits
    self.readers = readers
    self.writers = writers
    self.bufferedBytes = bufferedBytes
    self.retry = retry
    self.removedTables = removedTables
    self.progress = progress
  }
}

public enum RemovedTables: String, Sendable, Hashable, Codable, CaseIterable {
  /// It stays as it was last.
  case keep
  case drop
}

/// What a pipeline tells while it works.
public enum PipelineProgress: Sendable {
  /// Rows written so far, not yet visible.
  case loading(TableName, rows: Int)
  /// The table is replaced; `rows` are visible.
  case loaded(TableName, rows: Int)
  /// A package is durable at the destination.
  case committed(Checkpoint)
  /// The table has to be loaded before its changes can be applied; the reason is the end of a sentence.
  case resyncing(TableName, reason: String)
  /// An attempt failed; another follows after the pause.
  case retrying(any Error, after: Duration)
}
