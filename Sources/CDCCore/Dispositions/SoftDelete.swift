/// Merge with soft delete: a delete becomes an update that leaves every value as it was and sets `_cdc_deleted_at`.
extension TableSchema {
  static let deletionTime = "_cdc_deleted_at"

  var withDeletionTime: TableSchema {
    var table = self
    table.columns.append(
      ColumnSchema(
        name: Self.deletionTime, type: .timestamp,
        comment: "when the source deleted the row; null while it has it"))
    return table
  }
}

extension RowBatch {
  var withoutDeletionTime: RowBatch {
    RowBatch(
      table: table.withDeletionTime, rowCount: rowCount,
      columns: columns + [ColumnVector(nulls: rowCount, of: .timestamp)])
  }
}

extension ChangeBatch {
  var softDeleting: ChangeBatch {
    var changes = DerivedChanges(self)
    forEachTransaction { run, rows in
      for row in rows {
        switch operations[row] {
        case .insert, .update: changes.put(row, run)
        case .delete: changes.keep(row, run)
        case .deleteOldKey:
          changes.remove(row, run)
          changes.keep(row, run)
        }
      }
    }
    let deleted = Set(changes.keyOnly)
    let alive = (0..<Int32(changes.count)).filter { !deleted.contains($0) }
    let time = ColumnVector(
      count: changes.count, validity: Validity(count: changes.count, nullRows: alive),
      values: .int64(changes.commitTimes))
    return changes.batch(table.withDeletionTime, [time])
  }
}
