import CDCCore
import Logging
import Synchronization

/// What stays of a table's rows while a load replaces the others: files as they lie there, or rows that are written anew.
final class CarriedLoad: Sendable {
  let shape: TableShape
  private let table: LocalTable
  private let metadata: Metadata
  private let before: TableSchema
  private let columns: CarriedColumns
  /// Nothing but the load's own rows is written: data files and the columns in them stay.
  private let staysInPlace: Bool
  /// Of the rows that the load brings; nil where it does not matter.
  private let loaded: Mutex<KeyIndex?>

  /// Nil where nothing stays.
  init?(
    _ carried: CarriedRows, of table: LocalTable, _ snapshot: DeltaSnapshot, to source: TableSchema,
    isAppended: Bool, options: LocalDeltaOptions
  ) throws {
    metadata = snapshot.metadata
    // A column of a type that no source has, or a layout by somebody else.
    guard let all = try? snapshot.columns, metadata.partitionColumns.isEmpty else { return nil }
    before = TableSchema(
      name: table.name, columns: all,
      key: metadata.keyColumns.compactMap { name in all.firstIndex { $0.name == name } })
    guard let columns = CarriedColumns(of: carried, from: before, to: source) else { return nil }
    if !columns.unfit.isEmpty {
      options.logger.warning(
        "older rows have no value in columns whose type has changed",
        metadata: [
          "table": "\(table.name)", "columns": "\(columns.unfit.joined(separator: ", "))",
          "instead": "their values are in the versions of the Delta table before this load",
        ])
    }
    self.columns = columns
    self.table = table
    let isWhole = Set(columns.origins.compactMap(\.self)).count == all.count
    if isAppended, isWhole, let evolved = try? TableShape(evolving: metadata, to: columns.table) {
      shape = evolved
      staysInPlace = true
    } else {
      shape = try TableShape(replacing: metadata, by: columns.table)
      staysInPlace = false
    }
    loaded = Mutex(carried.unlessLoaded ? KeyIndex(source) : nil)
  }

  /// Rows of the load, in the table's columns.
  func take(_ rows: RowBatch) -> RowBatch {
    loaded.withLock { $0?.note(rows) }
    return columns.widen(rows)
  }

  /// Hands over the rows that stay and are to be written anew.
  func rows(of snapshot: DeltaSnapshot, _ write: (RowBatch) async throws -> Void) async throws {
    if staysInPlace { return }
    let probe = loaded.withLock(\.self).map { KeyProbe($0, entries: 0..<$0.count) }
    let rows = TableRows(table: table, schema: snapshot.schema)
    for file in snapshot.files {
      let deleted = try table.deletionVector(of: file)
      try await rows.forEachGroup(of: file, deleted: deleted) { vectors, count in
        try Task.checkCancellation()
        let carried = columns.carry(RowBatch(table: before, rowCount: count, columns: vectors))
        try await write(probe.map { carried.without($0) } ?? carried)
      }
    }
  }

  /// Whether the files of the snapshot are taken out.
  var replacesFiles: Bool { !staysInPlace }

  /// - Throws: a retryable error where another writer has come between.
  func requireSame(_ snapshot: DeltaSnapshot?, as read: DeltaSnapshot?) throws {
    guard let snapshot, snapshot.metadata == metadata,
      staysInPlace || snapshot.version == read?.version
    else {
      throw DeltaError(
        .conflict, "Another writer has changed the table while it was loaded: nothing was written.",
        path: table.store.tablePath, version: snapshot?.version, isRetryable: true)
    }
  }
}

extension RowBatch {
  /// Without the rows whose key is looked for.
  fileprivate func without(_ probe: KeyProbe) -> RowBatch {
    var found = KeyMatches()
    probe.find(in: table.key.map { columns[$0] }, rowCount: rowCount, firstRow: 0, into: &found)
    if found.rows.isEmpty { return self }
    let gone = Set(found.rows)
    let rest = (0..<Int32(rowCount)).filter { !gone.contains($0) }
    return RowBatch(table: table, rowCount: rest.count, columns: columns.map { $0.gather(rest) })
  }
}
