public import CDCCore

extension DatabricksDestination: ReadableDestination {
  /// Columns are nullable and carry the types that the table has; the key is the one that the last load or package had.
  ///
  /// - Throws: `DatabricksError.invalidAnswer` for a column of a type that this package cannot copy.
  public func schema(of table: TableName) async throws -> TableSchema? {
    // Asked for by every run, and seldom there.
    if table.isOwn, let run = currentRun, await !run.knows(table) { return nil }
    let target = try DatabricksLayout.target(of: table)
    guard let columns = try await columns(of: target) else { return nil }
    let names = try await keyNames(of: target)
    let key = names.compactMap { name in
      columns.firstIndex { $0.name.lowercased() == name.lowercased() }
    }
    return TableSchema(name: table, columns: columns, key: key.count == names.count ? key : [])
  }

  private func columns(of target: String) async throws -> [ColumnSchema]? {
    try await HeldState.columns(session, of: target)[target]?.map { column in
      guard let type = column.type else {
        throw DatabricksError(
          .invalidAnswer,
          "The column \(column.name) of \(target) has the type \(column.typeText), which cannot be copied.")
      }
      return ColumnSchema(name: column.name, type: type, comment: column.comment)
    }
  }

  private func keyNames(of target: String) async throws -> [String] {
    let statement = StateStatements(layout: session.layout, pipeline: "").readShape(of: target)
    do {
      let text = try await session.execute(statement).rows.first?.first ?? nil
      let name = TableName(schema: "", name: target)
      let shape = try text.map { try TableSchema(schemaLog: $0, name: name, mark: nil) }
      return shape.map { $0.isAppendedShape ? [] : $0.keyColumns.map(\.name) } ?? []
    } catch let error as DatabricksError where error.isMissingPlace {
      return []
    }
  }

  /// As the table is when the query runs.
  ///
  /// - Parameter columns: by name, in the order wanted; nil for all.
  /// - Throws: `DatabricksError.notFound` where there is no such table or column.
  public func read(
    _ table: TableName, columns: [String]?, sink: @escaping @Sendable (RowBatch) async throws -> Void
  ) async throws {
    let target = try DatabricksLayout.target(of: table)
    guard let held = try await self.columns(of: target) else {
      throw DatabricksError(.notFound, "There is no table for \(table) in the dataset.")
    }
    let wanted = try columns.map { names in
      try names.map { name in
        guard let column = held.first(where: { $0.name.lowercased() == name.lowercased() }) else {
          throw DatabricksError(.notFound, "The table \(table) has no column \(name).")
        }
        return ColumnSchema(name: name, type: column.type, comment: column.comment)
      }
    }
    let shape = TableSchema(name: table, columns: wanted ?? held)
    let statement = ReadStatements(layout: session.layout).rows(of: target, columns: shape.columns)
    try await session.warehouse.rows(statement) { rows in
      guard rows.allSatisfy({ $0.count == shape.columns.count }) else {
        throw DatabricksError(.invalidAnswer, "A query's result has other columns than asked for.")
      }
      let vectors = try shape.columns.enumerated().map { index, column in
        try ExactTextDecoder.vector(rows.map { $0[index] }, column.type)
      }
      try await sink(RowBatch(table: shape, rowCount: rows.count, columns: vectors))
    }
  }
}
