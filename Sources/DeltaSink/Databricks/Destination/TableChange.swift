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
    let tables = TableStatements(
      layout: layout, declaresPrimaryKeys: run.session.options.declaresPrimaryKeys)
    var shape = staged.table
    // Columns that came and went within the package.
    shape.columns += staged.columns.filter { column in
      !shape.columns.contains { $0.name.lowercased() == column.name.lowercased() }
    }
    guard let held = try await run.columns(of: staged.target) else {
      try await run.session.execute(tables.create(shape, target: staged.target))
      await run.tableHas(shape.columns.map(HeldColumn.init), target: staged.target)
      return
    }
    let change = ShapeChange(held, to: shape.columns)
    try change.requireEvolvable(staged.table.name)
    for column in change.added {
      try await run.session.execute(tables.addColumn(column, target: staged.target))
    }
    if !change.added.isEmpty {
      await run.tableHas(held + change.added.map(HeldColumn.init), target: staged.target)
    }
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
