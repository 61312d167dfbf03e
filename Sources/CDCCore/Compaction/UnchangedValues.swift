/// Unchanged (TOAST) values: each is looked for in the row that the change followed, back through the batch.
extension KeyIndex {
  func fillUnchanged(_ result: inout CompactedChanges, _ pass: Pass, _ batch: ChangeBatch) {
    let chain = RowChain(pass, batch)
    result.valueRows = [[Int32]?](repeating: nil, count: batch.unchanged.count)
    result.unchanged = [[Int32]](repeating: [], count: batch.unchanged.count)
    for (column, rows) in batch.unchanged.enumerated() where !rows.isEmpty {
      fill(column, rows, &result, chain)
    }
  }

  private func fill(
    _ column: Int, _ rows: [Int32], _ result: inout CompactedChanges, _ chain: RowChain
  ) {
    // The batch's row that holds the value of each unchanged row; −1 where none does. `rows` ascends and a
    // row only follows earlier ones, so what it follows is settled when it is reached.
    var valueRows: [Int32: Int32] = [:]
    for row in rows {
      let followed = chain.followed(by: row)
      valueRows[row] = followed < 0 || chain.removes(followed) ? -1 : valueRows[followed] ?? followed
    }
    var picked = result.upserts
    var differs = false
    for (position, row) in result.upserts.enumerated() {
      guard let valueRow = valueRows[row] else { continue }
      if valueRow >= 0 {
        picked[position] = valueRow
        differs = true
        continue
      }
      let (holder, keyRow) = chain.holder(of: row)
      result.holders[Int32(position)] = holder
      if case .destination = holder { result.holderRows[Int32(position)] = keyRow }
      if holder != .nobody { result.unchanged[column].append(Int32(position)) }
    }
    if differs { result.valueRows[column] = picked }
  }
}

/// Which row each row of a batch followed: the one before under the same key, or under the old key.
private struct RowChain {
  let pass: KeyIndex.Pass
  let batch: ChangeBatch

  init(_ pass: KeyIndex.Pass, _ batch: ChangeBatch) {
    self.pass = pass
    self.batch = batch
  }

  /// The row whose key had the values before: the row itself, or the `deleteOldKey` of its key change.
  private func keyRow(_ row: Int32) -> Int32 { batch.oldKeyRows[row] ?? row }

  /// −1 where no row of this batch precedes.
  func followed(by row: Int32) -> Int32 {
    let place = pass.before[Int(keyRow(row))]
    return place <= KeyIndex.Place.inBatch ? Int32(KeyIndex.Place.inBatch - place) : -1
  }

  /// Whether the row leaves its key without one: it carries no value but the key's.
  func removes(_ row: Int32) -> Bool { batch.operations[Int(row)].removesRow }

  /// Who had the row before this batch, and the row of the batch that has that one's key.
  func holder(of row: Int32) -> (CompactedChanges.Holder, keyRow: Int32) {
    var first = row
    while case let followed = followed(by: first), followed >= 0 {
      if removes(followed) { return (.nobody, keyRow(first)) }
      first = followed
    }
    let keyRow = keyRow(first)
    let holder: CompactedChanges.Holder =
      switch pass.before[Int(keyRow)] {
      case KeyIndex.Place.unseen: .destination(entry: pass.entries[Int(keyRow)])
      case KeyIndex.Place.removed: .nobody
      case let place: .packageRow(place)
      }
    return (holder, keyRow)
  }
}
