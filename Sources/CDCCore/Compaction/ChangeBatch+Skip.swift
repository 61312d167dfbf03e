extension ChangeBatch {
  /// The changes of transactions that commit at or after the position: those that a table *at* that position lacks.
  /// Nil where there are none.
  package func skipping(before position: LSN) -> ChangeBatch? {
    guard let first = transactions.firstIndex(where: { $0.commitLSN >= position }) else { return nil }
    let start = transactions[first].firstRow
    if start == 0 { return self }
    guard start < rowCount else { return nil }
    let offset = Int32(start)
    let kept = Array(offset..<Int32(rowCount))
    var oldKeyRows: [Int32: Int32] = [:]
    for (row, oldRow) in self.oldKeyRows where row >= offset { oldKeyRows[row - offset] = oldRow - offset }
    return ChangeBatch(
      rows: rows.gather(kept), operations: Array(operations[start...]),
      positions: Array(positions.dropFirst(start)),
      transactions: transactions[first...].map { run in
        var run = run
        run.firstRow -= start
        return run
      },
      unchanged: unchanged.map { $0.filter { $0 >= offset }.map { $0 - offset } }, oldKeyRows: oldKeyRows)
  }
}
