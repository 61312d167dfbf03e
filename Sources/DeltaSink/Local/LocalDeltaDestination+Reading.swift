public import CDCCore

extension LocalDeltaDestination: ReadableDestination {
  /// Columns are nullable and carry Delta's types; the key is the one that the last load or package had.
  public func schema(of table: TableName) async throws -> TableSchema? {
    guard let snapshot = try self.table(table).snapshot() else { return nil }
    let columns = try snapshot.columns
    let key = snapshot.metadata.keyColumns.compactMap { name in columns.firstIndex { $0.name == name } }
    return TableSchema(
      name: table, columns: columns, key: key, comment: snapshot.metadata.description)
  }

  /// A crash between two tables of a package leaves the first ahead.
  public func position(of table: TableName, pipeline: String) async throws -> LSN? {
    try self.table(table).snapshot()?.position(of: pipeline)
  }

  /// Row group by row group, as the table is when the call begins.
  ///
  /// - Parameter columns: by name, in the order wanted; nil for all.
  /// - Throws: `DeltaError.notFound` where there is no such table or column.
  public func read(
    _ table: TableName, columns: [String]?, sink: @escaping @Sendable (RowBatch) async throws -> Void
  ) async throws {
    let held = try self.table(table)
    guard let snapshot = try held.snapshot() else {
      throw DeltaError(.notFound, "There is no table \(table) in the lake.", path: held.store.tablePath)
    }
    let all = try snapshot.columns
    let places = try columns.map { names in
      try names.map { name in
        guard let place = all.firstIndex(where: { $0.name == name }) else {
          throw DeltaError(
            .notFound, "The table \(table) has no column \(name).", path: held.store.tablePath)
        }
        return place
      }
    }
    let shape = TableSchema(name: table, columns: (places ?? Array(all.indices)).map { all[$0] })
    let rows = TableRows(table: held, schema: snapshot.schema)
    for file in snapshot.files {
      let deleted = try held.deletionVector(of: file)
      try await rows.forEachGroup(of: file, columns: places, deleted: deleted) { vectors, count in
        try await sink(RowBatch(table: shape, rowCount: count, columns: vectors))
      }
    }
  }
}
