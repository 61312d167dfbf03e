/// What a change source hands to the pipeline, in the order of the log.
public enum ChangeEvent: Sendable {
  case changes(ChangeBatch)
  /// Every row that the tables held before this point goes.
  case truncate(Truncation)
  /// Everything before `position` has been handed over and only whole transactions have: a load package
  /// may end here.
  case boundary(Boundary)
}

public struct Truncation: Sendable {
  public var tables: [TableSchema]
  public var position: LSN
  public var transaction: TransactionRun

  public init(tables: [TableSchema], position: LSN, transaction: TransactionRun) {
    self.tables = tables
    self.position = position
    self.transaction = transaction
  }
}

public struct Boundary: Sendable {
  /// The end of the last commit record handed over, or a later place of the log up to which nothing else is to come.
  public var position: LSN
  /// When that transaction committed, microseconds since 1970-01-01T00:00:00Z.
  public var commitTime: Int64
  /// Tables that the destination holds and that the source no longer has, or is no longer asked for.
  public var removed: [TableName]

  public init(position: LSN, commitTime: Int64, removed: [TableName] = []) {
    self.position = position
    self.commitTime = commitTime
    self.removed = removed
  }
}
