/// Slowly changing dimension, type 2, out of upserts and key changes alone.
///
/// The current version of a row stands under (key, 0); its end moves it to (key, LSN of the change that ended it),
/// all other values left as they are. So a destination needs no look at what it holds, and a replay ends the same.
extension TableSchema {
  static let validTo = "_cdc_valid_to"
  static let versionEnd = "_cdc_ended_by"
  static let isCurrent = "_cdc_is_current"

  var withVersions: TableSchema {
    var table = self
    table.columns += [
      ColumnSchema(
        name: "_cdc_valid_from", type: .timestamp,
        comment: "commit time of the change that made this version; of a full load's rows, the load's time"),
      ColumnSchema(
        name: Self.validTo, type: .timestamp,
        comment: "commit time of the change that ended it; null while it is current"),
      ColumnSchema(name: Self.isCurrent, type: .boolean, comment: "whether the source's row is this version"),
      ColumnSchema(
        name: Self.versionEnd, type: .long, isNullable: false,
        comment: "LSN of the change that ended this version; 0 while it is current"),
    ]
    table.key.append(table.columns.count - 1)
    return table
  }
}

extension RowBatch {
  func firstVersions(from time: Int64) -> RowBatch {
    RowBatch(
      table: table.withVersions, rowCount: rowCount,
      columns: columns + [
        ColumnVector(count: rowCount, values: .int64([Int64](repeating: time, count: rowCount))),
        ColumnVector(nulls: rowCount, of: .timestamp),
        ColumnVector(count: rowCount, values: .boolean([Bool](repeating: true, count: rowCount))),
        ColumnVector(count: rowCount, values: .int64([Int64](repeating: 0, count: rowCount))),
      ])
  }
}

extension ChangeBatch {
  var versions: ChangeBatch {
    var changes = DerivedChanges(self)
    /// By row made: 0, or the change that ended the version.
    var endedBy: [Int32: LSN] = [:]
    forEachTransaction { run, rows in
      for row in rows {
        let isRest = operations[row] == .insert || (row > 0 && operations[row - 1] == .deleteOldKey)
        if !isRest || operations[row].removesRow {
          changes.remove(row, run)
          endedBy[changes.keep(row, run)] = positions[row]
        }
        if !operations[row].removesRow { changes.put(row, run) }
      }
    }
    let rows = 0..<Int32(changes.count)
    let times = changes.commitTimes
    let validTo = Validity(count: times.count, nullRows: rows.filter { endedBy[$0] == nil })
    return changes.batch(
      table.withVersions,
      [
        ColumnVector(count: times.count, values: .int64(times)),
        ColumnVector(count: times.count, validity: validTo, values: .int64(times)),
        ColumnVector(count: times.count, values: .boolean(rows.map { endedBy[$0] == nil })),
        ColumnVector(
          count: times.count,
          values: .int64(rows.map { Int64(bitPattern: endedBy[$0]?.rawValue ?? 0) })),
      ], kept: [0])
  }
}
