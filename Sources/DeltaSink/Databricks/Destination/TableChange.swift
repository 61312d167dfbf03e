import CDCCore

/// What a package does to one table: the table is made or widened first, then one statement brings the rows.
struct TableChange {
  private let run: DatabricksRun
  private let staged: StagedTable

  init(_ run: DatabricksRun, _ staged: StagedTable) {
    self.run = run
    self.staged = staged
  }

  private var layout: DatabricksLayout { run.session.layout }

  func prepare() async throws {
    let preparation = try await preparation()
    for statement in preparation.statements { try await run.session.execute(statement) }
    if !preparation.statements.isEmpty { await run.tableHas(preparation.columns, target: staged.target) }
  }

  /// What has to be made or changed first, and the columns that the table has then.
  func preparation() async throws -> (statements: [String], columns: [HeldColumn]) {
    let tables = TableStatements(
      layout: layout, declaresPrimaryKeys: run.session.options.declaresPrimaryKeys)
    var shape = staged.table
    // Columns that came and went within the package.
    shape.columns += staged.columns.filter { column in
      !shape.columns.contains { $0.name.lowercased() == column.name.lowercased() }
    }
    guard let held = try await run.columns(of: staged.target) else {
      return ([tables.create(shape, target: staged.target)], shape.columns.map(HeldColumn.init))
    }
    let change = ShapeChange(held, to: shape.columns)
    try change.requireEvolvable(staged.table.name)
    return (
      change.added.map { tables.addColumn($0, target: staged.target) },
      held + change.added.map(HeldColumn.init)
    )
  }

  /// Nil where only the shape changes.
  var statement: String? {
    switch staged.action {
    case .none: nil
    case .merge, .append:
      MergeStatement(staged: staged, layout: layout, guard: run.guard).text
    case .overwrite: OverwriteStatement(staged: staged, layout: layout, guard: run.guard).insertOverwrite
    }
  }
}

extension HeldColumn {
  init(_ column: ColumnSchema) {
    self.init(name: column.name, typeText: column.type.sqlName, comment: column.comment)
  }
}
