import CDCCore

/// Applies a sealed delivery: shapes first, then one statement a table, then the checkpoint. Everything follows from the
/// manifest, and running it again changes nothing.
struct Delivery {
  private let run: DatabricksRun
  private let manifest: Manifest
  private let folder: String
  private var session: DatabricksSession { run.session }

  init(_ run: DatabricksRun, _ manifest: Manifest, folder: String) {
    self.run = run
    self.manifest = manifest
    self.folder = folder
  }

  /// - Throws: for a table that cannot be brought up, once the others are.
  func apply() async throws {
    if let error = try await bringUp().mostUrgent { throw error }
  }

  /// Brings all tables up that can be, and records the checkpoint where all could.
  ///
  /// - Returns: what Databricks refuses, by table; `UnsyncedTables` where a table lacks a row.
  func bringUp() async throws -> [TableName: any Error] {
    let refused = RefusedTables()
    switch manifest.content {
    case .load(let position):
      guard let staged = manifest.tables.first else { return [:] }
      try await refused.noting(staged) { try await TableSwap(run, staged).apply() }
      if refused.has(staged.table.name) { return refused.all }
      try session.options.pass(.afterSwap)
      try await run.note(staged.source, at: position, loadID: manifest.id)
      await run.spend(folder)
    case .package(let from, let checkpoint):
      let tables = await run.awaiting(manifest)
      try await session.forEach(tables) { [run] staged in
        try await refused.noting(staged) { try await TableChange(run, staged).prepare(at: from) }
      }
      if session.options.atomicPackages {
        if refused.all.isEmpty { try await applyAtomically(tables, checkpoint, refused) }
        // A table that is to be loaded will be ahead of the others anyway: these get their changes one by one.
        if !refused.forgetLackingRow() {
          refused.spread(over: tables)
          return refused.all
        }
      }
      let epoch = await run.guard
      try await session.forEach(tables.filter { !refused.has($0.table.name) }) {
        [session, run] staged in
        try session.options.pass(.beforeTableCommit)
        if let statement = TableChange(run, staged).statement(epoch) {
          try await refused.noting(staged) { try await session.execute(statement, of: staged.target) }
        }
        try session.options.pass(.afterTableCommit)
      }
      guard refused.all.isEmpty else { return refused.all }
      await run.spend(folder)
      try await run.record(checkpoint)
    }
    return refused.all
  }

  /// The whole package and the checkpoint are one transaction.
  private func applyAtomically(
    _ tables: [StagedTable], _ checkpoint: Checkpoint, _ refused: RefusedTables
  ) async throws {
    let epoch = await run.guard
    var statements = tables.compactMap { TableChange(run, $0).statement(epoch) }
    if let versions = await run.versionStatement { statements.append(versions) }
    statements.append(await run.checkpointStatement(checkpoint))
    try session.options.pass(.beforeCheckpoint)
    guard let first = tables.first ?? manifest.tables.first else { return }
    // One statement for all: where it is refused, none of them has its changes.
    try await refused.noting(first) {
      do {
        try await session.execute(AtomicStatement(statements: statements).text)
      } catch let error as CDCError where error.code == .fenced {
        // By itself, perhaps: its answer was lost, and it was sent again. The state tells.
      }
    }
    if refused.has(first.table.name) { return }
    await run.spend(folder)
    try await run.requireRecorded(checkpoint)
    await run.versionsRecorded()
    try await run.recorded(checkpoint)
  }
}
