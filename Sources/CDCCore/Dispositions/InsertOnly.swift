/// Insert only: of a batch its inserts are left.
extension ChangeBatch {
  var insertsOnly: ChangeBatch? {
    let kept = (0..<Int32(rowCount)).filter { operations[Int($0)] == .insert }
    if kept.count == rowCount { return self }
    guard !kept.isEmpty else { return nil }
    return ChangeBatch(
      rows: rows.gather(kept), operations: kept.map { _ in .insert },
      positions: kept.map { positions[Int($0)] }, transactions: transactions.remapped(to: kept))
  }
}
