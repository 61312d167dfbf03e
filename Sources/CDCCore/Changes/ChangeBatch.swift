/// Changes of one table in the order in which the log has them, column by column.
///
/// Within a batch transactions are whole or cut (a large one spans batches); order across the batches of
/// one table is the log's order. A batch without rows tells that the table has another shape from here on.
public struct ChangeBatch: Sendable {
  /// The new rows. Of a delete only the columns that the log carries hold values (always the key), the
  /// others are null.
  public var rows: RowBatch
  /// One a row.
  public var operations: [Operation]
  /// The LSN of each change's own record, one a row.
  public var positions: [LSN]
  /// The transactions that the rows belong to, by ascending `firstRow`; the first begins at row 0.
  public var transactions: [TransactionRun]
  /// For each column the rows, ascending, whose value is *unchanged and not carried* (an unchanged TOAST
  /// value): the destination keeps what it has. The vector holds null there. Empty where the batch has none.
  public var unchanged: [[Int32]]
  /// For rows with unchanged values whose key changed: the row of this batch (a `deleteOldKey`) under
  /// whose key the destination holds the values.
  public var oldKeyRows: [Int32: Int32]
  /// What the table's contract has kept out. The pipeline sees to it; a destination never meets any.
  public var refusals = Refusals()

  public init(
    rows: RowBatch, operations: [Operation], positions: [LSN], transactions: [TransactionRun],
    unchanged: [[Int32]] = [], oldKeyRows: [Int32: Int32] = [:]
  ) {
    self.rows = rows
    self.operations = operations
    self.positions = positions
    self.transactions = transactions
    self.unchanged = unchanged
    self.oldKeyRows = oldKeyRows
  }

  public var table: TableSchema { rows.table }
  public var rowCount: Int { rows.rowCount }
  public var hasUnchangedValues: Bool { unchanged.contains { !$0.isEmpty } }

  /// What the batch takes in memory, in bytes.
  public var byteCount: Int {
    rows.byteCount + operations.count * 9 + unchanged.reduce(0) { $0 + $1.count * 4 }
      + refusals.rows.reduce(0) { $0 + $1.byteCount }
  }
}

/// The rows from `firstRow` up to the next run belong to this transaction.
public struct TransactionRun: Sendable, Hashable {
  public var firstRow: Int
  /// Where the commit record begins.
  public var commitLSN: LSN
  /// Microseconds since 1970-01-01T00:00:00Z.
  public var commitTime: Int64
  /// 0 where the rows belong to no transaction: what a session wrote into the log beside its transaction. Such rows have no
  /// commit time either, and `commitLSN` is their own position.
  public var xid: UInt32

  public var isOfTransaction: Bool { xid != 0 }

  public init(firstRow: Int, commitLSN: LSN, commitTime: Int64, xid: UInt32) {
    self.firstRow = firstRow
    self.commitLSN = commitLSN
    self.commitTime = commitTime
    self.xid = xid
  }
}
