/// When a source closes a batch. The first limit that is reached counts; a transaction is never split between
/// packages, so a package may exceed `rows` and `bytes` by one transaction, which then spans several batches.
public struct BatchLimits: Sendable, Hashable {
  public var rows: Int
  /// Over all tables: of column vectors in memory in a load, of what the log brings in change data capture.
  public var bytes: Int
  /// How long a change may wait for others before its package is closed.
  public var delay: Duration

  public init(rows: Int = 200_000, bytes: Int = 32 << 20, delay: Duration = .seconds(5)) {
    self.rows = rows
    self.bytes = bytes
    self.delay = delay
  }
}
