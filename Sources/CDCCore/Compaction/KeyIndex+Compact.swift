/// Compaction of one batch against everything the package brought before.
extension KeyIndex {
  /// Takes the next batch of the table, in the order of the log.
  ///
  /// - Parameter firstRow: the number that the batch's first upsert gets; the caller counts on by `upserts`.
  /// - Throws: `CDCError.protocolViolation` where a change carries no value for a column of the key.
  package mutating func compact(_ batch: ChangeBatch, firstRow: Int64) throws -> CompactedChanges {
    let columns = batch.table.key.map { batch.rows.columns[$0] }
    for (column, schema) in zip(columns, batch.table.keyColumns) where column.nullCount > 0 {
      throw CDCError(
        .protocolViolation,
        "A change carries no value for a column of the key. Where the row has none (a hinted key), give every row one, or "
          + "choose another key; else make the key the table's replica identity (ALTER TABLE … REPLICA IDENTITY USING "
          + "INDEX, or FULL). Then load the table again.",
        table: batch.table.name, column: schema.name)
    }
    var pass = Pass(rowCount: batch.rowCount, keepsHistory: batch.hasUnchangedValues)
    if isInteger {
      pass.run(
        Self.integers(columns[0]), table: &integers, places: &places)
    } else {
      pass.run(
        KeyBytes.keys(of: columns, rowCount: batch.rowCount), table: &strings, places: &places)
    }
    var result = settle(pass, batch.operations, firstRow)
    if batch.hasUnchangedValues { fillUnchanged(&result, pass, batch) }
    return result
  }

  /// Gives each key its place after the batch.
  private mutating func settle(
    _ pass: Pass, _ operations: [Operation], _ firstRow: Int64
  ) -> CompactedChanges {
    var result = CompactedChanges()
    result.superseded = pass.superseded
    result.upserts.reserveCapacity(pass.entries.count)
    result.entries.reserveCapacity(pass.entries.count)
    for row in 0..<pass.entries.count where pass.isLast[row] {
      let entry = pass.entries[row]
      if operations[row].removesRow {
        places[Int(entry)] = Place.removed
        result.removals.append(Int32(truncatingIfNeeded: row))
        result.removedEntries.append(entry)
      } else {
        places[Int(entry)] = firstRow + Int64(result.upserts.count)
        result.upserts.append(Int32(truncatingIfNeeded: row))
        result.entries.append(entry)
      }
    }
    return result
  }

  /// One walk over a batch's rows.
  struct Pass {
    /// By row: its key's entry.
    var entries: [Int32]
    /// By row: no later row of the batch has its key.
    var isLast: [Bool]
    var superseded: [Int64] = []
    /// By row, where wanted: the key's place before the row.
    var before: [Int64] = []
    let keepsHistory: Bool

    init(rowCount: Int, keepsHistory: Bool) {
      entries = [Int32](repeating: 0, count: rowCount)
      isLast = [Bool](repeating: true, count: rowCount)
      self.keepsHistory = keepsHistory
      if keepsHistory { before = [Int64](repeating: 0, count: rowCount) }
    }

    mutating func run<Table: KeyTable>(
      _ keys: Table.Keys, table: inout Table, places: inout [Int64]
    ) {
      for row in 0..<entries.count {
        let entry = table.insert(keys, row)
        if entry == places.count { places.append(Place.unseen) }
        let place = places[entry]
        if place <= Place.inBatch {
          isLast[Int(Place.inBatch &- place)] = false
        } else if place >= 0 {
          superseded.append(place)
        }
        entries[row] = Int32(truncatingIfNeeded: entry)
        if keepsHistory { before[row] = place }
        places[entry] = Place.inBatch &- Int64(row)
      }
    }
  }
}
