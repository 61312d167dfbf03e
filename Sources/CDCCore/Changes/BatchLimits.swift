/// When a source closes a batch. The first limit that is reached counts; a transaction is never split between
/// packages, so a package may exceed `rows` and `bytes` by one transaction, which then spans several batches.
public struct BatchLimits: Sendable, Hashable {
  public var rows: Int
  /// Over all tables: of column vectors in memory in a load, of what the log brings in change data capture.
  public var bytes: Int
  /// How long a change may wait for others before its package is closed.
  public var delay: Duration
  /// So much log without changes of ours, in bytes, ends with a boundary all the same: its position is recorded, and the
  /// source need not keep that log any longer. Nil: as the destination has it.
  public var idleBytes: Int?

  public init(
    rows: Int = 200_000, bytes: Int = 32 << 20, delay: Duration = .seconds(5), idleBytes: Int? = nil
  ) {
    self.rows = rows
    self.bytes = bytes
    self.delay = delay
    self.idleBytes = idleBytes
  }
}
