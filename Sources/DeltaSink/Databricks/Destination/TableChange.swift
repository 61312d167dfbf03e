import CDCCore

/// What a package does to one table: the table is made or reshaped first, then one statement brings the rows.
struct TableChange {
  private let run: DatabricksRun
  private let staged: StagedTable
  private let tables: TableStatements
  private var layout: DatabricksLayout { run.session.layout }

  init(_ run: DatabricksRun, _ staged: StagedTable) {
    self.run = run
    self.staged = staged
    tables = TableStatements(
      layout: run.session.layout, declaresPrimaryKeys: run.session.options.declaresPrimaryKeys)
  }

  /// Brings the table's shape up, and notes each that the package has met, from where it has met it.
  ///
  /// - Parameter position: where the package begins.
  func prepare(at position: LSN) async throws {
    let known = await run.shape(of: staged.table.name)
    try await run.note(staged.shapes, after: position)
    guard let held = try await run.columns(of: staged.target) else {
      try await run.session.execute(
        tables.create(createdShape, target: staged.target), of: staged.target)
      return await run.tableHas(createdShape.columns.map(HeldColumn.init), target: staged.target)
    }
    let columns = try await reshape(held)
    let comments = ShapeComments(known, to: staged.source, held: columns)
    for statement in tables.comments(comments, target: staged.target) {
      try await run.session.execute(statement, of: staged.target)
    }
  }

  /// Columns that came and went within the package are there, too.
  private var createdShape: TableSchema {
    var shape = staged.table
    let names = Set(shape.columns.map { $0.name.lowercased() })
    shape.columns += staged.liveColumns.filter { !names.contains($0.name.lowercased()) }
    return shape
  }

  // MARK: Shape

  /// ALTER TABLE reads nothing, so it knows no epoch, and fails when it is run again. So each follows upon a look at the table
  /// that fails where another runner has taken the pipeline, and one that fails is only an error where the look afterwards finds
  /// it undone; what comes behind the last one (MERGE, the versions, the checkpoint) fails for a runner that was replaced.
  ///
  /// One window stays open: an ALTER TABLE that was sent in time and that the workspace runs late. One that its successor has
  /// made by then fails (the column is there, or is not there any more). It does harm only where the successor has gone on to
  /// give the very name that it renames to another column, and has freed the name that it renames to.
  ///
  /// - Returns: the columns that the table has then.
  func reshape(_ held: [HeldColumn]) async throws -> [HeldColumn] {
    var reshaping = Reshaping(staged, held, isMarked: await run.isRecorded(staged.table.name))
    while try reshaping.next() != nil {
      reshaping.held = try await run.currentColumns(of: staged.target)
      guard let step = try reshaping.next() else { break }
      do {
        if step == .mark { try await run.recordVersions(of: staged.table.name) }
        for statement in step.statements(tables, to: reshaping.held, target: staged.target) {
          try await run.session.execute(statement, of: staged.target)
        }
        reshaping.take(step)
      } catch let error as DatabricksError {
        reshaping.held = try await run.currentColumns(of: staged.target)
        if try reshaping.next() == step { throw error }
      }
      await run.tableHas(reshaping.held, target: staged.target)
    }
    return reshaping.held
  }

  /// For a plan: all steps, as if each did what it says.
  func preparation() async throws -> [String] {
    let known = await run.shape(of: staged.table.name)
    guard let held = try await run.columns(of: staged.target) else {
      return [tables.create(createdShape, target: staged.target)]
    }
    var statements: [String] = []
    var reshaping = Reshaping(staged, held, isMarked: false)
    while let step = try reshaping.next() {
      statements += step.statements(tables, to: reshaping.held, target: staged.target)
      reshaping.take(step)
    }
    let comments = ShapeComments(known, to: staged.source, held: reshaping.held)
    return statements + tables.comments(comments, target: staged.target)
  }

  // MARK: Rows

  /// Nil where only the shape changes.
  func statement(_ guard: EpochGuard) -> String? {
    switch staged.action {
    case .none: nil
    case .merge, .append:
      MergeStatement(staged: staged, layout: layout, guard: `guard`).text
    case .overwrite: OverwriteStatement(staged: staged, layout: layout, guard: `guard`).insertOverwrite
    }
  }
}
