/// Rows whose keys meet within a transaction (a deferrable constraint lets them) are told apart by all of their values. In
/// the log's order the last word on a key may be the end of another row: of two rows that swap their keys in one statement
/// the first to arrive would go with the second to leave.
extension ChangeBatch {
  /// What each transaction leads to: first the rows that go, then the rows that come. A row that comes and goes in between
  /// has not been. Nil where nothing is left.
  ///
  /// Every row must be whole, those that are removed too, and no transaction cut.
  package var settled: ChangeBatch? {
    let hashes = rows.hashes
    var picks: [Int32] = []
    var operations: [Operation] = []
    forEachTransaction { _, rows in
      var come: [KeyHash: [Int32]] = [:]
      var (gone, void): ([Int32], Set<Int32>) = ([], [])
      for row in rows {
        if !self.operations[row].removesRow {
          come[hashes[row], default: []].append(Int32(row))
        } else if let same = come[hashes[row]]?.popLast() {
          void.insert(same)
        } else {
          gone.append(Int32(row))
        }
      }
      let left = rows.lazy.map { Int32($0) }.filter {
        !self.operations[Int($0)].removesRow && !void.contains($0)
      }
      picks += gone
      operations += gone.map { _ in .delete }
      picks += left
      operations += left.map { _ in .insert }
    }
    guard !picks.isEmpty else { return nil }
    var batch = ChangeBatch(
      rows: self.rows.gather(picks), operations: operations, positions: picks.map { positions[Int($0)] },
      transactions: transactions.remapped(to: picks))
    batch.refusals = refusals.picking(picks)
    return batch
  }
}

extension Refusals {
  /// Those of the rows picked, which are numbered anew.
  fileprivate func picking(_ picks: [Int32]) -> Refusals {
    if rows.isEmpty { return self }
    let refused = Dictionary(rows.map { ($0.row, $0) }) { first, _ in first }
    var picked = Refusals()
    picked.discardedValues = discardedValues
    for (place, row) in picks.enumerated() {
      guard var refusal = refused[row] else { continue }
      refusal.row = Int32(place)
      picked.rows.append(refusal)
    }
    return picked
  }
}
