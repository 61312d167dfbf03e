public import CDCCore
import Synchronization

/// A dataset in Databricks: every table of the pipeline is a Delta table of one schema of Unity Catalog.
///
/// Rows travel as Parquet files through a volume and are applied by a SQL warehouse. A delivery is sealed by its manifest,
/// which is written last: a sealed one is applied, again if need be, exactly as it is; an unsealed one is removed. All
/// statements can be run again without another effect, and those of a runner that was replaced fail. The checkpoint is a row
/// of `_cdc_state`, moved by compare-and-set after everything that it stands for.
public final class DatabricksDestination: Destination {
  let session: DatabricksSession
  private let state = Mutex(State())
  private let desks = Mutex<[String: VolumeDesk]>([:])

  private struct State {
    var run: DatabricksRun?
    /// Of an earlier runner. Packages wait until what it lacks has been loaded.
    var failed: FailedDelivery?
  }

  /// Nothing is sent before `open`.
  ///
  /// - Throws: `DatabricksError.configuration` where the workspace cannot be spoken to.
  public init(_ options: DatabricksOptions) throws { session = try DatabricksSession(options) }

  /// Takes the pipeline: a runner that had it before cannot change anything any more.
  ///
  /// - Throws: `DatabricksError.permissionDenied` where catalog, schema, volume or state tables are missing and must not be
  ///   created.
  public func open(pipeline: String) async throws -> Checkpoint? {
    state.withLock { $0 = State() }
    let runner = UniqueName().description
    try await take(pipeline, runner)
    async let tables = HeldState.tables(session, pipeline: pipeline)
    guard let held = try await HeldState.read(session, pipeline: pipeline), held.runner == runner else {
      throw CDCError(.fenced, "Another runner has taken pipeline \(pipeline) over. Stop one of the two.")
    }
    try session.options.pass(.afterTaking)
    let run = DatabricksRun(session, held, tables: try await tables)
    try spool(pipeline).removeLeftovers()
    if held.checkpoint != nil, held.recorded < held.sequence {
      try await session.execute(StateStatements(layout: session.layout, pipeline: pipeline).recordLoad)
    }
    let failed = try await Recovery(run).resume()
    state.withLock { $0 = State(run: run, failed: failed) }
    return await run.checkpoint
  }

  private func take(_ pipeline: String, _ runner: String) async throws {
    let statement = StateStatements(layout: session.layout, pipeline: pipeline).take(runner: runner)
    do {
      try await session.execute(statement)
    } catch let error as DatabricksError where error.isMissingPlace {
      try await Places(session).create()
      try await session.execute(statement)
    }
  }

  public func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad {
    let run = try run(pipeline)
    let isAppended = Self.isAppended(table, disposition)
    try (isAppended ? table.appended : table).requireHoldable()
    let folder = "\(session.layout.folder(pipeline: pipeline))/\(await run.newDelivery("load", at: position))"
    return DatabricksTableLoad(
      run, table, target: try await run.target(of: table.name), isAppended: isAppended,
      carrying: carried, position: position, staging: try staging(folder, pipeline)
    ) { [weak self] in self?.state.withLock { $0.failed?.refused[table.name] = nil } }
  }

  public func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter {
    let run = try run(package.pipeline)
    let name = await run.newDelivery("package", at: package.from)
    let folder = "\(session.layout.folder(pipeline: package.pipeline))/\(name)"
    return DatabricksPackage(run, package, id: name, staging: try staging(folder, package.pipeline)) {
      [self] in try await settle(run)
    }
  }

  public func record(_ checkpoint: Checkpoint) async throws {
    let run = try run(checkpoint.pipeline)
    if checkpoint.position == (await run.checkpoint)?.position, checkpoint.kind != .unfinishedLoad {
      try await settle(run)
    } else {
      // All tables were loaded: none lacks anything of what failed.
      for folder in state.withLock({ $0.failed?.folders ?? [] }) { await run.spend(folder) }
      state.withLock { $0.failed = nil }
    }
    try await run.record(checkpoint)
  }

  /// Records what a failed package leads to, once the tables that it could not bring up are loaded.
  private func settle(_ run: DatabricksRun) async throws {
    guard let failed = state.withLock({ $0.failed }) else { return }
    guard failed.refused.isEmpty else { throw failed.error }
    for folder in failed.folders { await run.spend(folder) }
    if let checkpoint = failed.checkpoint { try await run.record(checkpoint) }
    state.withLock { $0.failed = nil }
  }

  /// A checkpoint wakes the warehouse.
  public var idleBytes: Int { 512 << 20 }

  public func heldTables(pipeline: String) async throws -> [HeldTable]? {
    try await run(pipeline).heldTables
  }

  /// - Throws: what Databricks has refused for good. The table's load, which does not ask, settles that too.
  public func unsyncedTables(pipeline: String) async throws -> UnsyncedTables? {
    guard let error = state.withLock({ $0.failed?.error }) else { return nil }
    guard let unsynced = error as? UnsyncedTables else { throw error }
    return unsynced
  }

  /// Dropping a table needs the right to manage it.
  public func release(_ table: TableName, pipeline: String, copy: RemovedTables) async throws {
    let run = try run(pipeline)
    // A table that this pipeline never wrote is another's.
    guard await run.shape(of: table) != nil else { return }
    if copy == .drop {
      let target = try await run.target(of: table)
      _ = try await run.currentColumns(of: target)
      try await session.execute(TableStatements(layout: session.layout).drop(target: target), of: target)
    }
    try await run.forget(table)
  }

  /// A table without a key can only be appended.
  static func isAppended(_ table: TableSchema, _ disposition: WriteDisposition) -> Bool {
    LocalDeltaDestination.isAppended(table, disposition)
  }

  func desk(_ pipeline: String) -> VolumeDesk {
    desks.withLock {
      if let desk = $0[pipeline] { return desk }
      let desk = VolumeDesk(session, pipeline: pipeline)
      $0[pipeline] = desk
      return desk
    }
  }

  var currentRun: DatabricksRun? { state.withLock { $0.run } }

  private func run(_ pipeline: String) throws -> DatabricksRun {
    guard let run = currentRun, run.pipeline == pipeline else {
      throw CDCError(
        .protocolViolation, "The destination is not open for pipeline \(pipeline): call open first.")
    }
    return run
  }

  private func spool(_ pipeline: String) -> Spool {
    let layout = session.layout
    return Spool(
      directory: session.options.spoolDirectory,
      identity: [session.options.workspace.host, layout.catalog, layout.schema, pipeline].joined(
        separator: "\n"))
  }

  private func staging(_ folder: String, _ pipeline: String) throws -> StagingContext {
    let options = session.options
    let spool = spool(pipeline)
    try spool.create()
    return StagingContext(
      options: options, spool: spool,
      uploads: Uploads(session.files, limit: options.uploads) { try options.pass(.afterUpload) },
      folder: folder)
  }
}
