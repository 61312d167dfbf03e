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

  func apply() async throws {
    switch manifest.content {
    case .load(let position):
      guard let staged = manifest.tables.first else { return }
      try await TableSwap(run, staged).apply()
      try session.options.pass(.afterSwap)
      try await run.note(staged.source, at: position, loadID: manifest.id)
      await run.spend(folder)
    case .package(let from, let checkpoint):
      try await session.forEach(manifest.tables) { try await TableChange(run, $0).prepare(at: from) }
      await run.spend(folder)
      if session.options.atomicPackages {
        try await applyAtomically(checkpoint)
      } else {
        try await session.forEach(manifest.tables) { [session, run] staged in
          try session.options.pass(.beforeTableCommit)
          if let statement = TableChange(run, staged).statement { try await session.execute(statement) }
          try session.options.pass(.afterTableCommit)
        }
        try await run.record(checkpoint)
      }
    }
  }

  /// The whole package and the checkpoint are one transaction.
  private func applyAtomically(_ checkpoint: Checkpoint) async throws {
    var statements = manifest.tables.compactMap { TableChange(run, $0).statement }
    if let versions = await run.versionStatement { statements.append(versions) }
    statements.append(await run.checkpointStatement(checkpoint))
    try session.options.pass(.beforeCheckpoint)
    try await session.execute(AtomicStatement(statements: statements).text)
    try await run.requireRecorded(checkpoint)
    await run.versionsRecorded()
    try await run.recorded(checkpoint)
  }
}
