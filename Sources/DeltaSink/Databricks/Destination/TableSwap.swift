import CDCCore

/// What a full load does to one table: the staged rows take the place of all rows, or of those that do not stay, in one
/// commit. Readers see the old table or the new one.
struct TableSwap {
  private let run: DatabricksRun
  private let staged: StagedTable

  init(_ run: DatabricksRun, _ staged: StagedTable) {
    self.run = run
    self.staged = staged
  }

  func apply() async throws {
    let session = run.session
    let held = try await run.columns(of: staged.target)
    // Columns that are to be added may have been: by this very load, when an answer was lost.
    if let held, try await !replacesShape(held) { _ = try await TableChange(run, staged).reshape(held) }
    for statement in try await statements() {
      try await session.execute(statement, of: staged.target)
    }
    await run.tableHas(columns.map(HeldColumn.init), target: staged.target)
  }

  /// A table whose shape fits keeps its grants, comments and clustering; a new column is added before. One that has more
  /// columns, or other types, is replaced together with its shape.
  func statements() async throws -> [String] {
    let overwrite = OverwriteStatement(staged: staged, layout: run.session.layout, guard: await run.guard)
    guard let held = try await run.columns(of: staged.target) else {
      if staged.history != nil { throw droppedWithHistory }
      return [tables.create(staged.table, target: staged.target), overwrite.insertOverwrite]
    }
    if try await replacesShape(held) {
      let comments = ShapeComments(nil, to: staged.source)
      return [overwrite.createOrReplace] + tables.columnComments(comments, target: staged.target)
    }
    let added = ShapeChange(replacing: held, by: columns).added
    let known = await run.shape(of: staged.table.name)
    let comments = ShapeComments(known, to: staged.source, held: held + added.map(HeldColumn.init))
    // Rows are laid out by the new key as they come.
    let clustering = await hasOtherKey ? [tables.cluster(staged.table, target: staged.target)] : []
    return added.flatMap { tables.adding($0, to: held, target: staged.target) } + clustering
      + [overwrite.insertOverwrite] + tables.comments(comments, target: staged.target)
  }

  private var tables: TableStatements {
    TableStatements(
      layout: run.session.layout, declaresPrimaryKeys: run.session.options.declaresPrimaryKeys)
  }

  private func replacesShape(_ held: [HeldColumn]) async throws -> Bool {
    let change = ShapeChange(replacing: held, by: columns)
    if change.conflict != nil || !change.surplus.isEmpty { return true }
    // Columns of a key that was declared are NOT NULL.
    guard tables.declaresPrimaryKeys else { return false }
    return await hasOtherKey
  }

  /// Those of the load, and those that older rows keep.
  private var columns: [ColumnSchema] { staged.columns + (staged.history?.former ?? []) }

  private var droppedWithHistory: CDCError {
    CDCError(
      .schemaContract,
      "The table was dropped in Databricks while it was loaded, and with it the rows that were to stay. Load it again, and its "
        + "history begins anew: cdc run --mode full_load --tables '\(staged.table.name)'. Or bring it back first (UNDROP TABLE).",
      table: staged.table.name)
  }

  private var hasOtherKey: Bool {
    get async {
      await run.shape(of: staged.table.name).map { $0.keyNames != staged.source.keyNames } ?? false
    }
  }
}

extension TableSchema {
  fileprivate var keyNames: [String] { keyColumns.map { $0.name.lowercased() } }
}
