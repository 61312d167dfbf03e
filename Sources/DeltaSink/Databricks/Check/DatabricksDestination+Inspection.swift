package import CDCCore

/// A table of the dataset as it is now, told without reading its rows.
package struct DatabricksTable: Sendable {
  package var schema: TableSchema
  /// `catalog.schema.table`
  package var name: String
  package var version: Int
  package var files: Int
  package var bytes: Int
  package var rows: Int?
}

package struct DatabricksTableVersion: Sendable {
  package var version: Int
  /// As Databricks writes it.
  package var timestamp: String?
  package var operation: String?
}

/// What can be asked of a dataset without taking the pipeline: beside a running one, too.
extension DatabricksDestination {
  /// - Throws: `DatabricksError` where the workspace cannot be reached or does not accept the credentials.
  package func requireReachable() async throws {
    do {
      _ = try await session.warehouse.client.currentUser()
    } catch let error as DatabricksError where [.permissionDenied, .notFound].contains(error.code) {
      // Who is asking is not told to everybody; what counts comes later.
    }
  }

  /// How far the pipeline has come; nil where it has not finished a full load into this dataset.
  package func lastCheckpoint(of pipeline: String) async throws -> Checkpoint? {
    do {
      return try await HeldState.read(session, pipeline: pipeline)?.checkpoint
    } catch let error as DatabricksError where error.isMissingPlace {
      return nil
    }
  }

  /// The source's tables as the pipeline knows them.
  package func knownTables(of pipeline: String) async throws -> [HeldTable] {
    do {
      return try await HeldState.tables(session, pipeline: pipeline).values.held
    } catch let error as DatabricksError where error.isMissingPlace {
      return []
    }
  }

  /// The tables that any pipeline has brought here and that are still there, by name.
  package func tableNames() async throws -> [TableName] {
    let schemas = session.layout.table(DatabricksLayout.schemas)
    do {
      let rows = try await session.execute(
        "SELECT DISTINCT `schema_name`, `table_name`, `target` FROM \(schemas)"
      ).rows
      let present = try await HeldState.columns(session)
      return rows.compactMap { row in
        guard row.count == 3, let schema = row[0], let name = row[1], let target = row[2],
          present[target] != nil
        else { return nil }
        return TableName(schema: schema, name: name)
      }.sorted()
    } catch let error as DatabricksError where error.isMissingPlace {
      return []
    }
  }

  /// Nil where there is no such table.
  package func describe(_ table: TableName) async throws -> DatabricksTable? {
    guard let schema = try await schema(of: table) else { return nil }
    let name = try quotedName(of: table)
    async let detail = session.execute("DESCRIBE DETAIL \(name)")
    async let count = session.execute("SELECT count(*) AS `n` FROM \(name)")
    let version = try await history(of: table, limit: 1).first?.version ?? 0
    return DatabricksTable(
      schema: schema, name: name, version: version, files: try await detail.count("numFiles") ?? 0,
      bytes: try await detail.count("sizeInBytes") ?? 0, rows: try await count.count("n"))
  }

  /// The newest versions first, as far as they are kept.
  package func history(of table: TableName, limit: Int) async throws -> [DatabricksTableVersion] {
    guard limit > 0 else { return [] }
    let result = try await session.execute("DESCRIBE HISTORY \(quotedName(of: table)) LIMIT \(limit)")
    func place(_ name: String) -> Int? { result.columns.firstIndex { $0.name == name } }
    return result.rows.compactMap { row in
      func value(_ name: String) -> String? { place(name).flatMap { $0 < row.count ? row[$0] : nil } }
      guard let version = value("version").flatMap({ Int($0) }) else { return nil }
      return DatabricksTableVersion(
        version: version, timestamp: value("timestamp"), operation: value("operation"))
    }
  }

  /// Some rows, in no order.
  package func firstRows(of table: TableName, limit: Int) async throws -> RowBatch? {
    guard let schema = try await schema(of: table) else { return nil }
    let target = try DatabricksLayout.target(of: table)
    let query = ReadStatements(layout: session.layout).rows(of: target, columns: schema.columns)
    let rows = try await session.execute("\(query)\nLIMIT \(max(limit, 0))").rows
    guard rows.allSatisfy({ $0.count == schema.columns.count }) else {
      throw DatabricksError(.invalidAnswer, "A query's result has other columns than asked for.")
    }
    let vectors = try schema.columns.enumerated().map { index, column in
      try ExactTextDecoder.vector(rows.map { $0[index] }, column.type)
    }
    return RowBatch(table: schema, rowCount: rows.count, columns: vectors)
  }

  /// Databricks' own OPTIMIZE.
  package func optimize(_ table: TableName) async throws {
    try await session.execute("OPTIMIZE \(quotedName(of: table))")
  }

  /// Databricks' own VACUUM: how many files it named, with `dryRun` only named.
  package func vacuum(_ table: TableName, retainHours: Int, dryRun: Bool) async throws -> Int? {
    let result = try await session.execute(
      "VACUUM \(quotedName(of: table)) RETAIN \(retainHours) HOURS" + (dryRun ? " DRY RUN" : ""))
    // With DRY RUN the files; without, the table's own path.
    return dryRun ? result.rows.count : nil
  }

  /// True where the schema has no table, or is not there.
  package var isEmpty: Bool {
    get async throws {
      do {
        return try await HeldState.columns(session).isEmpty
      } catch let error as DatabricksError where error.isMissingPlace {
        return true
      }
    }
  }

  /// As SQL names it.
  package func quotedName(of table: TableName) throws -> String {
    session.layout.table(try DatabricksLayout.target(of: table))
  }
}
