import CDCCore

/// What a full load does to one table: the staged rows take the place of all rows, in one commit. Readers see the old
/// table or the new one.
struct TableSwap {
  private let run: DatabricksRun
  private let staged: StagedTable

  init(_ run: DatabricksRun, _ staged: StagedTable) {
    self.run = run
    self.staged = staged
  }

  func apply() async throws {
    let session = run.session
    for statement in try await statements() { try await session.execute(statement) }
    await run.tableHas(staged.columns.map(HeldColumn.init), target: staged.target)
  }

  /// A table whose shape fits keeps its grants, comments and clustering; a new column is added before. One that has more
  /// columns, or other types, is replaced together with its shape.
  func statements() async throws -> [String] {
    let session = run.session
    let tables = TableStatements(
      layout: session.layout, declaresPrimaryKeys: session.options.declaresPrimaryKeys)
    let overwrite = OverwriteStatement(staged: staged, layout: session.layout, guard: run.guard)
    guard let held = try await run.columns(of: staged.target) else {
      return [tables.create(staged.table, target: staged.target), overwrite.insertOverwrite]
    }
    let change = ShapeChange(held, to: staged.columns)
    if change.conflict != nil || !change.surplus.isEmpty {
      return [overwrite.createOrReplace]
        + staged.columns.compactMap { column in
          column.comment.map { tables.commentColumn(column.name, $0, target: staged.target) }
        }
    }
    return change.added.map { tables.addColumn($0, target: staged.target) }
      + [overwrite.insertOverwrite] + comments(held, tables)
  }

  private func comments(_ held: [HeldColumn], _ tables: TableStatements) -> [String] {
    staged.columns.compactMap { column in
      guard let comment = column.comment,
        let own = held.first(where: { $0.name.lowercased() == column.name.lowercased() }),
        own.comment != comment
      else { return nil }
      return tables.commentColumn(column.name, comment, target: staged.target)
    }
  }
}
