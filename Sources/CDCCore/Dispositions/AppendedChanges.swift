/// Changes as rows: what an appended table holds in place of the source's rows.
///
/// The order of all changes of a table is (`_cdc_lsn`, `_cdc_sequence`), and the pair names one change: delivered
/// again, a change has the same pair again.
extension TableSchema {
  /// The shape of the appended table: every source column, nullable, then the columns about the change. It has no key.
  package var appended: TableSchema {
    let sourceColumns = columns.map { column in
      var column = column
      column.isNullable = true
      return column
    }
    return TableSchema(
      name: name, columns: sourceColumns + Self.changeColumns, comment: comment, mark: mark)
  }

  private static var changeColumns: [ColumnSchema] {
    [
      ColumnSchema(
        name: "_cdc_op", type: .string, isNullable: false,
        comment: "c insert, u update, d delete, t truncate, r read by a full load"),
      ColumnSchema(
        name: "_cdc_lsn", type: .long, isNullable: false,
        comment: "where the transaction's commit record begins; of a full load the snapshot's position"),
      ColumnSchema(
        name: "_cdc_sequence", type: .long, isNullable: false,
        comment: "counts the table's changes within the transaction, from 0; of a load's rows -1"),
      ColumnSchema(name: "_cdc_commit_time", type: .timestamp),
      ColumnSchema(name: "_cdc_xid", type: .long),
      ColumnSchema(
        name: "_cdc_unchanged", type: .string,
        comment: "columns that the log did not carry because the change left them as they were"),
    ]
  }
}

/// Makes the rows of one table's changes; counts along the transaction over all batches of a package.
package struct ChangeAppender: Sendable {
  private var transaction: LSN?
  private var sequence: Int64 = 0

  package init() {}

  package mutating func rows(_ batch: ChangeBatch) -> RowBatch {
    let count = batch.rowCount
    var lsns = [Int64](repeating: 0, count: count)
    var sequences = lsns
    var times = lsns
    var xids = lsns
    var ofNone: [Int32] = []
    for (index, run) in batch.transactions.enumerated() {
      let end = index + 1 < batch.transactions.count ? batch.transactions[index + 1].firstRow : count
      begin(run)
      for row in run.firstRow..<end {
        lsns[row] = Int64(bitPattern: run.commitLSN.rawValue)
        sequences[row] = sequence
        times[row] = run.commitTime
        xids[row] = Int64(run.xid)
        if !run.isOfTransaction { ofNone.append(Int32(row)) }
        sequence += 1
      }
    }
    var codes = ByteStrings()
    for operation in batch.operations { codes.append(operation.code.utf8) }
    let added = [
      ColumnVector(count: count, values: .bytes(codes)), ColumnVector(count: count, values: .int64(lsns)),
      ColumnVector(count: count, values: .int64(sequences)),
      ColumnVector(
        count: count, validity: Validity(count: count, nullRows: ofNone), values: .int64(times)),
      ColumnVector(count: count, validity: Validity(count: count, nullRows: ofNone), values: .int64(xids)),
      unchangedNames(batch),
    ]
    return RowBatch(
      table: batch.table.appended, rowCount: count, columns: batch.rows.columns + added)
  }

  /// A truncation is a row too: all source columns null.
  package mutating func truncation(_ table: TableSchema, _ run: TransactionRun) -> RowBatch {
    begin(run)
    defer { sequence += 1 }
    let nothing = table.columns.map { ColumnVector(nulls: 1, of: $0.type) }
    return RowBatch(
      table: table.appended, rowCount: 1,
      columns: nothing
        + Self.constants(
          "t", run.commitLSN, [sequence], commitTime: run.commitTime, xid: Int64(run.xid), count: 1))
  }

  /// Rows of a full load.
  package static func snapshot(_ rows: RowBatch, position: LSN) -> RowBatch {
    RowBatch(
      table: rows.table.appended, rowCount: rows.rowCount,
      columns: rows.columns
        + constants(
          "r", position, [Int64](repeating: -1, count: rows.rowCount), commitTime: nil, xid: nil,
          count: rows.rowCount))
  }

  /// The row that stands between what an appended table has and the rows of a later load: as a truncation.
  package static func emptied(_ table: TableSchema, at position: LSN) -> RowBatch {
    RowBatch(
      table: table.appended, rowCount: 1,
      columns: table.columns.map { ColumnVector(nulls: 1, of: $0.type) }
        + constants("t", position, [-2], commitTime: nil, xid: nil, count: 1))
  }

  private mutating func begin(_ run: TransactionRun) {
    if transaction != run.commitLSN {
      transaction = run.commitLSN
      sequence = 0
    }
  }

  private static func constants(
    _ code: String, _ lsn: LSN, _ sequences: [Int64], commitTime: Int64?, xid: Int64?, count: Int
  ) -> [ColumnVector] {
    var codes = ByteStrings()
    for _ in 0..<count { codes.append(code.utf8) }
    func long(_ value: Int64?) -> ColumnVector {
      guard let value else { return ColumnVector(nulls: count, of: .long) }
      return ColumnVector(count: count, values: .int64([Int64](repeating: value, count: count)))
    }
    return [
      ColumnVector(count: count, values: .bytes(codes)), long(Int64(bitPattern: lsn.rawValue)),
      ColumnVector(count: count, values: .int64(sequences)), long(commitTime), long(xid),
      ColumnVector(nulls: count, of: .string),
    ]
  }

  private func unchangedNames(_ batch: ChangeBatch) -> ColumnVector {
    guard batch.hasUnchangedValues else { return ColumnVector(nulls: batch.rowCount, of: .string) }
    var names: [Int32: String] = [:]
    for (column, rows) in batch.unchanged.enumerated() {
      for row in rows {
        names[row] = (names[row].map { $0 + "," } ?? "") + NameList.item(batch.table.columns[column].name)
      }
    }
    var strings = ByteStrings()
    var nulls: [Int32] = []
    for row in 0..<Int32(batch.rowCount) {
      if names[row] == nil { nulls.append(row) }
      strings.append((names[row] ?? "").utf8)
    }
    return ColumnVector(
      count: batch.rowCount, validity: Validity(count: batch.rowCount, nullRows: nulls),
      values: .bytes(strings))
  }
}
