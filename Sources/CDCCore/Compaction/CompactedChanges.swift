/// What is left of a batch when the last change of each key wins: rows to put, and what to fill in.
package struct CompactedChanges: Sendable {
  /// Rows of the batch that stay, ascending. The destination numbers them on from where it was: upsert i
  /// is row `firstRow + i` of the package.
  package var upserts: [Int32] = []
  /// By upsert: the entry of its key in the index.
  package var entries: [Int32] = []
  /// Rows of the batch, ascending, that leave their key without a row, and the entries of their keys.
  package var removals: [Int32] = []
  package var removedEntries: [Int32] = []
  /// Numbers of rows of earlier batches of this package that this batch replaced or removed.
  package var superseded: [Int64] = []
  /// Nil where the column can be gathered by `upserts`; else by this: the batch's row that holds the value.
  package var valueRows: [[Int32]?] = []
  /// By column: the upserts (positions in `upserts`, ascending) whose value stays unchanged. Empty where none does.
  package var unchanged: [[Int32]] = []
  /// By upsert, where any value stays unchanged: who holds it.
  package var holders: [Int32: Holder] = [:]
  /// By upsert whose holder is a row of the destination: the batch's row that carries the holder's key.
  package var holderRows: [Int32: Int32] = [:]

  /// Who holds a value that a change did not carry.
  package enum Holder: Sendable, Hashable {
    /// A row that an earlier batch of the package put, by its number.
    case packageRow(Int64)
    /// The row that the destination had before the package, under this entry's key.
    case destination(entry: Int32)
    /// Nobody: the change does not follow from those before. Its value is null.
    case nobody
  }

  /// The rows to put, with values that the batch itself holds filled in; still unchanged ones are null.
  package func rows(of batch: ChangeBatch) -> RowBatch {
    if upserts.count == batch.rowCount && valueRows.allSatisfy({ $0 == nil }) { return batch.rows }
    let columns = batch.rows.columns.enumerated().map { index, column in
      column.gather(valueRows.isEmpty ? upserts : valueRows[index] ?? upserts)
    }
    return RowBatch(table: batch.table, rowCount: upserts.count, columns: columns)
  }
}
