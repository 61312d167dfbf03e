import CDCCore

/// What is known of the tables: their names in the dataset, their shapes, how far each is.
extension DatabricksRun {
  /// The name of the source's table in the dataset.
  ///
  /// - Throws: `CDCError.configuration` where two tables would have the same.
  func target(of table: TableName) throws -> String {
    let target = try tables[table]?.target ?? DatabricksLayout.target(of: table)
    if let owner = owners[target], owner != table {
      throw CDCError(
        .configuration,
        "The tables \(owner) and \(table) would both be \(target) in Databricks, which ignores case. "
          + "Leave one of them out, or give it another schema.", table: table)
    }
    owners[target] = table
    if tables[table] == nil { tables[table] = KnownTable(target: target) }
    return target
  }

  /// Transactions that commit before this are in the table already.
  func position(of table: TableName) -> LSN {
    let reached = checkpoint?.position ?? .zero
    guard let known = tables[table], let loaded = known.loadPosition else { return reached }
    return known.loadedAfter == sequence ? loaded : max(loaded, reached)
  }

  /// The tables of a package that do not have its changes by a load that came after it was sealed. That one's rows are newer: a
  /// statement of the package would set them back.
  func awaiting(_ manifest: Manifest) -> [StagedTable] {
    guard case .package(_, let checkpoint) = manifest.content else { return manifest.tables }
    return manifest.tables.filter { staged in
      guard let known = tables[staged.table.name], let loaded = known.loadPosition else { return true }
      return known.loadedAfter < manifest.sequence || loaded < checkpoint.position
    }
  }

  /// Whether the pipeline has written the table before.
  func knows(_ table: TableName) -> Bool { tables[table] != nil }

  func isLoaded(_ table: TableName, by loadID: String) -> Bool { tables[table]?.loadID == loadID }

  /// The shape that the table has by what is written down, or will be.
  func shape(of table: TableName) -> TableSchema? { tables[table]?.shape }

  var heldTables: [HeldTable] { tables.values.held }

  // MARK: Shapes

  /// Notes the shapes that a package has met, in order; all of them are noted once the last one is.
  ///
  /// - Parameter position: where the package begins.
  func note(_ shapes: [StagedShape], after position: LSN) throws {
    guard let last = shapes.last?.source, tables[last.name]?.isNoted(last) != true else { return }
    var reached = position
    for shape in shapes {
      reached = max(reached, shape.position ?? position)
      try note(shape.source, at: reached)
    }
  }

  /// Notes the shape that a table has from the position on; written down before the next checkpoint.
  func note(_ table: TableSchema, at position: LSN, loadID: String? = nil) throws {
    let target = try target(of: table.name)
    var known = tables[table.name] ?? KnownTable(target: target)
    guard loadID != nil || !known.isNoted(table) else { return }
    known.shape = table
    known.version += 1
    for column in table.columns { known.remember(column.name, column.number) }
    if let loadID {
      known.loadID = loadID
      known.loadPosition = position
      known.loadedAfter = sequence
    }
    tables[table.name] = known
    pending.append(
      TableVersion(
        table: table.name, target: target, number: known.version, position: position, loadID: loadID,
        afterSequence: sequence, columns: table.schemaLogText, mark: table.mark, comment: table.comment))
  }

  /// Notes that a table is no longer followed, and writes it down.
  func forget(_ table: TableName) async throws {
    guard var known = tables[table], known.shape != nil else { return }
    known.shape = nil
    known.version += 1
    tables[table] = known
    owners[known.target] = nil
    changed[known.target] = nil
    held = nil
    pending.append(
      TableVersion(
        table: table, target: known.target, number: known.version, position: position(of: table), loadID: nil,
        afterSequence: sequence, columns: nil, mark: nil, comment: nil))
    try await recordVersions()
  }

  /// True where the shape that was noted last is written down.
  func isRecorded(_ table: TableName) -> Bool { !pending.contains { $0.table == table } }

  var versionStatement: String? { pending.isEmpty ? nil : statements.recordVersions(pending, `guard`) }

  /// Writes down what tables have become, or one table; a few hundred a statement, whose text is limited.
  func recordVersions(of table: TableName? = nil) async throws {
    while true {
      let part = pending.filter { table == nil || $0.table == table }.prefix(500)
      if part.isEmpty { return }
      try await session.execute(statements.recordVersions(Array(part), `guard`))
      pending.removeAll { version in
        part.contains { $0.table == version.table && $0.number == version.number }
      }
    }
  }

  func versionsRecorded() { pending = [] }

  // MARK: Columns

  /// The columns of a table of the dataset; nil where there is none. All tables are asked for at once, the first time.
  func columns(of target: String) async throws -> [HeldColumn]? {
    if let columns = changed[target] { return numbered(columns, of: target) }
    let task = held ?? Task { [session] in try await HeldState.columns(session) }
    held = task
    do {
      return try await task.value[target].map { numbered($0, of: target) }
    } catch {
      held = nil
      throw error
    }
  }

  /// The columns as they are now.
  ///
  /// - Throws: `CDCError.fenced` where another runner has taken the pipeline.
  func currentColumns(of target: String) async throws -> [HeldColumn] {
    let columns = try await HeldState.columns(session, of: target, `guard`)[target] ?? []
    changed[target] = columns
    return columns
  }

  func tableHas(_ columns: [HeldColumn], target: String) { changed[target] = columns }

  private func numbered(_ columns: [HeldColumn], of target: String) -> [HeldColumn] {
    guard let numbers = owners[target].flatMap({ tables[$0]?.numbers }), !numbers.isEmpty else {
      return columns
    }
    return columns.map { column in
      var column = column
      column.number = numbers[column.name.lowercased()]
      return column
    }
  }

  /// Says of a package's table what has to become of its columns before the rows can come.
  ///
  /// - Parameter gone: places of staged columns that have none in the table.
  func evolved(_ staged: StagedTable, gone: Set<Int>) async throws -> StagedTable {
    var staged = staged
    staged.gone = gone
    let shape = Set(staged.table.columns.map { $0.name.lowercased() })
    // Of columns that came and went within the package, the last of a name.
    var names = shape
    for place in staged.columns.indices.reversed() where !gone.contains(place) {
      let name = staged.columns[place].name.lowercased()
      if !shape.contains(name), !names.insert(name).inserted { staged.gone.insert(place) }
    }
    guard let held = try await columns(of: staged.target) else {
      if tables[staged.table.name]?.loadID == nil { return staged }
      throw CDCError(
        .schemaContract,
        "The table is no longer in Databricks, so its changes cannot be applied. Load it again: "
          + "cdc run --mode full_load --tables '\(staged.table.name)'.", table: staged.table.name)
    }
    let change = ShapeChange(held, to: staged.liveColumns)
    try change.requireEvolvable(staged.table.name)
    staged.moves = change.moves
    let known = tables[staged.table.name]?.everyNumber ?? [:]
    staged.former = change.surplus.filter { known[$0.lowercased()] != nil }
    return staged
  }
}
