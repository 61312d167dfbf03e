package import CDCCore

/// A step of a run that has not been made: what it does, in words or in the statements that it would send.
package struct PlannedStep: Sendable, Hashable {
  package var title: String
  /// Each one as it would be sent, without a semicolon at its end.
  package var statements: [String]

  package init(_ title: String, _ statements: [String] = []) {
    self.title = title
    self.statements = statements
  }
}

extension DatabricksDestination {
  /// The statements of the next full load, each table with its disposition. Only queries are sent.
  ///
  /// - Parameter position: stands for the snapshot's.
  package func planLoad(
    of tables: [(schema: TableSchema, disposition: WriteDisposition)], pipeline: String, position: LSN
  ) async throws -> [PlannedStep] {
    let plan = try await DatabricksPlan(session, pipeline: pipeline)
    return try await plan.load(of: tables, position: position)
  }

  /// The statements of the next package of changes, were it to change every table in every way.
  ///
  /// - Parameters:
  ///   - reasons: of tables that the source says are loaded first; each as the end of a sentence.
  ///   - position: stands for the one that the package ends at.
  /// - Throws: `CDCError.Code.noCheckpoint` where no full load has finished.
  package func planPackage(
    of tables: [(schema: TableSchema, disposition: WriteDisposition)], loading reasons: [TableName: String],
    pipeline: String, position: LSN
  ) async throws -> [PlannedStep] {
    let plan = try await DatabricksPlan(session, pipeline: pipeline)
    return try await plan.changes(of: tables, loading: reasons, position: position)
  }
}

/// Follows a delivery's path as `Delivery`, `TableSwap` and `TableChange` go it, on what the dataset holds now, and notes the
/// statements in place of sending them. Names of staged folders and of the runner are examples.
struct DatabricksPlan {
  private let session: DatabricksSession
  private let run: DatabricksRun
  /// Nil where the pipeline is new here.
  private let held: HeldState?
  /// What is to be made first.
  private let places: [String]
  private let tables: TableStatements

  init(_ session: DatabricksSession, pipeline: String) async throws {
    self.session = session
    tables = TableStatements(
      layout: session.layout, declaresPrimaryKeys: session.options.declaresPrimaryKeys)
    var state: HeldState?
    var known: [TableName: KnownTable] = [:]
    var missing: [String] = []
    do {
      state = try await HeldState.read(session, pipeline: pipeline)
      known = try await HeldState.tables(session, pipeline: pipeline)
    } catch let error as DatabricksError where error.isMissingPlace {
      missing = Self.places(session.layout, error)
    }
    held = state
    places = missing
    var next =
      state
      ?? HeldState(pipeline: pipeline, epoch: 0, runner: "", sequence: 0, recorded: 0, checkpoint: nil)
    next.epoch += 1
    run = DatabricksRun(session, next, tables: known)
  }

  private static func places(_ layout: DatabricksLayout, _ error: DatabricksError) -> [String] {
    let places = PlaceStatements(layout: layout)
    let lacksCatalog = ["NO_SUCH_CATALOG", "CATALOG_NOT_FOUND"].contains { word in
      error.errorCode?.hasPrefix(word) == true || error.message.contains("[\(word)")
    }
    return (lacksCatalog ? [places.createCatalog] : []) + [places.createSchema]
      + (layout.stagingSchema == layout.schema ? [] : [places.createStagingSchema]) + [places.createVolume]
      + StateTables(layout: layout).statements
  }

  // MARK: Full load

  func load(
    of tables: [(schema: TableSchema, disposition: WriteDisposition)], position: LSN
  ) async throws -> [PlannedStep] {
    var steps = taking
    for (schema, disposition) in tables {
      let folder = await run.newDelivery("load", at: position)
      let table = shape(schema, disposition)
      try table.requireHoldable()
      let staged = StagedTable(
        action: .overwrite, table: table, sourceKey: disposition.shape(of: schema).key,
        target: try await run.target(of: schema.name), columns: table.columns, rows: "\(path(folder))/rows")
      steps.append(PlannedStep("\(schema.name): all rows are replaced", try await swap(staged)))
      try await run.note(staged.source, at: position, loadID: folder)
    }
    let checkpoint = Checkpoint(
      pipeline: run.pipeline, kind: .fullLoad,
      packageID: LoadPackage(pipeline: run.pipeline, from: .zero).id(to: position), position: position,
      commitTime: 0, rowCount: 0)
    return steps + [await recording(checkpoint)]
  }

  private func swap(_ staged: StagedTable) async throws -> [String] {
    // In a catalog that is not there nothing can be asked.
    if places.isEmpty { return try await TableSwap(run, staged).statements() }
    return [
      tables.create(staged.table, target: staged.target),
      OverwriteStatement(staged: staged, layout: session.layout, guard: await run.guard).insertOverwrite,
    ]
  }

  // MARK: Changes

  func changes(
    of tables: [(schema: TableSchema, disposition: WriteDisposition)], loading reasons: [TableName: String],
    position: LSN
  ) async throws -> [PlannedStep] {
    guard let held = held?.checkpoint, held.kind != .unfinishedLoad else {
      throw CDCError(
        .noCheckpoint,
        "Pipeline \(run.pipeline) has no finished full load at this destination, so there are no changes to apply. "
          + "See cdc plan --mode full_load.")
    }
    let folder = path(await run.newDelivery("package", at: held.position))
    var loads: [PlannedStep] = []
    var shapes: [PlannedStep] = []
    var merges: [PlannedStep] = []
    for (number, (schema, disposition)) in tables.enumerated() where disposition.delivered != .replace {
      var staged = try await self.staged(schema, disposition, "\(folder)/table-\(number)/rows")
      if let reload = try await reload(&staged, disposition, reasons[schema.name], at: position) {
        loads.append(reload)
        continue
      }
      let evolution = try await TableChange(run, staged).preparation()
      if !evolution.isEmpty { shapes.append(PlannedStep("\(schema.name): its shape", evolution)) }
      let merge = MergeStatement(staged: staged, layout: session.layout, guard: await run.guard).text
      merges.append(PlannedStep("\(schema.name): its changes", [merge]))
      try await run.note(staged.source, at: held.position)
    }
    let checkpoint = Checkpoint(
      pipeline: run.pipeline, kind: .cdc,
      packageID: LoadPackage(pipeline: run.pipeline, from: held.position).id(to: position),
      position: max(position, held.position), commitTime: held.commitTime, rowCount: 0)
    return taking + loads + shapes + merges + [await recording(checkpoint)]
  }

  private func staged(
    _ schema: TableSchema, _ disposition: WriteDisposition, _ rows: String
  ) async throws -> StagedTable {
    let table = shape(schema, disposition)
    var staged = StagedTable(
      action: DatabricksDestination.isAppended(disposition.shape(of: schema), disposition.delivered)
        ? .append : .merge,
      table: table, sourceKey: disposition.shape(of: schema).key,
      target: try await run.target(of: schema.name),
      columns: table.columns, rows: rows)
    staged.hasDeletes = staged.action == .merge
    return staged
  }

  /// What cannot be followed in place is loaded first, beside the others: another type may stand for other values, of which
  /// neither the log nor the catalog tells.
  private func reload(
    _ staged: inout StagedTable, _ disposition: WriteDisposition, _ reason: String?, at position: LSN
  ) async throws -> PlannedStep? {
    let name = staged.table.name
    let why: String
    if let reason {
      why = reason
    } else if let held = try await run.columns(of: staged.target),
      let conflict = ShapeChange(held, to: staged.columns).conflict
    {
      why =
        "its column \(conflict.column.name) has changed its type from \(conflict.held) to "
        + conflict.column.type.sqlName
    } else if let known = await run.shape(of: name), known.key != staged.sourceKey {
      why = "its key has changed"
    } else {
      staged = try await run.evolved(staged, gone: [])
      return nil
    }
    var load = staged
    load.action = .overwrite
    // What is masked or left out since then, only the load itself learns.
    if let rows = disposition.carried(at: held?.checkpoint?.commitTime ?? 0, position: position) {
      load.history = try await run.history(
        rows, of: load, emptied: staged.action == .append ? position : nil)
    }
    let isNew = try await run.columns(of: staged.target) == nil
    return PlannedStep("\(name): is loaded\(isNew ? "" : " again"), because \(why)", try await swap(load))
  }

  // MARK: Both

  private func shape(_ schema: TableSchema, _ disposition: WriteDisposition) -> TableSchema {
    let table = disposition.shape(of: schema)
    return DatabricksDestination.isAppended(table, disposition.delivered) ? table.appended : table
  }

  private func path(_ delivery: String) -> String {
    "\(session.layout.folder(pipeline: run.pipeline))/\(delivery)"
  }

  private var taking: [PlannedStep] {
    let take = StateStatements(layout: session.layout, pipeline: run.pipeline).take(
      runner: UniqueName().description)
    let first = places.isEmpty ? [] : [PlannedStep("what is missing is made", places)]
    return first + [PlannedStep("the pipeline is taken", [take])]
  }

  private func recording(_ checkpoint: Checkpoint) async -> PlannedStep {
    let versions = await run.versionStatement.map { [$0] } ?? []
    return PlannedStep(
      "the checkpoint moves on",
      versions + [
        await run.checkpointStatement(checkpoint),
        StateStatements(layout: session.layout, pipeline: run.pipeline).recordLoad,
      ])
  }
}
