import CDCCore

/// The rows that a file of a snapshot holds, row group by row group, deleted ones left out.
struct TableRows {
  let table: LocalTable
  let schema: DeltaSchema

  /// - Parameters:
  ///   - columns: positions in the schema, or nil for all.
  ///   - deleted: rows to leave out.
  func forEachGroup(
    of file: AddFile, columns: [Int]? = nil, deleted: DeletionVector?,
    _ body: (_ columns: [ColumnVector], _ rowCount: Int) async throws -> Void
  ) async throws {
    let reader = try table.reader(of: file.path)
    for group in reader.rowGroups.indices {
      let (vectors, count) = try rows(reader, group, columns, deleted)
      if count > 0 { try await body(vectors, count) }
    }
  }

  private func rows(
    _ reader: ParquetFileReader, _ group: Int, _ columns: [Int]?, _ deleted: DeletionVector?
  ) throws -> ([ColumnVector], Int) {
    let fields = try schema.parquetColumns()
    let wanted = (columns ?? Array(fields.indices)).map { fields[$0] }
    let places = wanted.map { reader.columnIndex(named: $0.name) }
    let content = reader.rowGroups[group]
    let live = content.liveRows(deleted)
    if live?.isEmpty ?? false { return ([], 0) }
    let read = try reader.read(columns: places.compactMap(\.self), rowGroup: group)
    var next = 0
    let vectors = zip(wanted, places).map { column, place in
      guard place != nil else { return ColumnVector(nulls: content.rowCount, of: column.type) }
      next += 1
      return read[next - 1]
    }
    guard let live else { return (vectors, content.rowCount) }
    return (vectors.map { $0.gather(live) }, live.count)
  }
}

extension ParquetRowGroup {
  /// The rows within the group that are not deleted; nil where all are live.
  fileprivate func liveRows(_ deleted: DeletionVector?) -> [Int32]? {
    guard let deleted else { return nil }
    let gone = deleted.rows(in: Int(firstRow)..<(Int(firstRow) + rowCount))
    if gone.isEmpty { return nil }
    var live: [Int32] = []
    live.reserveCapacity(rowCount - gone.count)
    var next = 0
    for row in 0..<rowCount {
      if next < gone.count, gone[next] == Int(firstRow) + row {
        next += 1
      } else {
        live.append(Int32(row))
      }
    }
    return live
  }
}
