import CDCCore

/// One load package on its way: each table stages its changes; `commit` seals them and brings the tables up.
actor DatabricksPackage: PackageWriter {
  private let run: DatabricksRun
  private let package: LoadPackage
  /// The name of its folder.
  private let id: String
  private let staging: StagingContext
  /// Ends what an earlier package has left open, or throws as long as tables lack it. A load's quarantine is written before.
  private let settle: @Sendable () async throws -> Void
  private var tables: [TableName: any TableStaging] = [:]
  /// Tables with an open file, least recently written first.
  private var awake: [TableName] = []
  private var isSealed = false

  /// Open files at a time: each keeps a few megabytes for encoding.
  private static let awakeLimit = 8

  init(
    _ run: DatabricksRun, _ package: LoadPackage, id: String, staging: StagingContext,
    settle: @escaping @Sendable () async throws -> Void
  ) {
    self.settle = settle
    self.run = run
    self.package = package
    self.id = id
    self.staging = staging
  }

  func write(_ changes: ChangeBatch, disposition: WriteDisposition) async throws {
    let table = try await table(changes.table, disposition)
    try await wake(changes.table.name)
    try await table.write(changes)
  }

  func truncate(
    _ table: TableSchema, disposition: WriteDisposition, transaction: TransactionRun
  ) async throws {
    try await self.table(table, disposition).truncate(table, transaction)
  }

  private func table(_ schema: TableSchema, _ disposition: WriteDisposition) async throws -> any TableStaging
  {
    if let known = tables[schema.name] { return known }
    // What stays under another key is looked for in tables that are where the checkpoint is.
    if !schema.name.isOwn { try await settle() }
    let context = TableStagingContext(
      run: run, staging: staging, target: try await run.target(of: schema.name),
      position: await run.position(of: schema.name), folder: "\(staging.folder)/table-\(tables.count)")
    let new: any TableStaging =
      DatabricksDestination.isAppended(schema, disposition) ? AppendStaging(context) : MergeStaging(context)
    tables[schema.name] = new
    return new
  }

  private func wake(_ name: TableName) async throws {
    awake.removeAll { $0 == name }
    awake.append(name)
    guard awake.count > Self.awakeLimit else { return }
    try await tables[awake.removeFirst()]?.rest()
  }

  func commit(_ checkpoint: Checkpoint) async throws {
    try await settle()
    var staged: [StagedTable] = []
    for (_, table) in tables.sorted(by: { $0.key < $1.key }) {
      if let table = try await table.seal() { staged.append(table) }
    }
    try await staging.uploads.finish()
    guard !staged.isEmpty else {
      await removeFiles()
      return try await run.record(checkpoint)
    }
    let options = run.session.options
    let manifest = Manifest(
      id: id, pipeline: package.pipeline, epoch: run.epoch, sequence: await run.sequence,
      content: .package(from: package.from, checkpoint), tables: staged)
    try options.pass(.beforeManifest)
    isSealed = true
    try await run.session.seal(manifest, in: staging.folder)
    await removeFiles()
    try options.pass(.afterManifest)
    try await Delivery(run, manifest, folder: staging.folder).apply()
  }

  private func removeFiles() async {
    for table in tables.values { await table.removeFiles() }
    tables = [:]
  }

  /// A sealed package is left for the next `open`: tables may have parts of it.
  func abandon() async {
    await staging.uploads.cancel()
    let isEmpty = tables.isEmpty
    await removeFiles()
    if !isSealed && !isEmpty { await run.session.removeFolder(staging.folder) }
  }
}

/// One table within a load package. Calls follow one another.
protocol TableStaging: Actor {
  func write(_ changes: ChangeBatch) async throws
  func truncate(_ table: TableSchema, _ transaction: TransactionRun) async throws
  /// Ends the open file so that it costs no memory while other tables are written.
  func rest() async throws
  /// Sends what is left on its way; nil where there is nothing to do.
  func seal() async throws -> StagedTable?
  /// Removes the local files.
  func removeFiles()
}

/// What a table's staging needs to know.
struct TableStagingContext: Sendable {
  let run: DatabricksRun
  let staging: StagingContext
  let target: String
  /// Transactions that commit before this are in the table already.
  let position: LSN
  /// In the volume.
  let folder: String

  var rowsFolder: String { "\(folder)/rows" }

  /// - Throws: `CDCError.schemaContract` where the table in Databricks cannot follow.
  func requireFitting(_ shape: TableSchema) async throws {
    try shape.requireHoldable()
    guard let held = try await run.columns(of: target) else { return }
    try ShapeChange(held, to: shape.columns).requireEvolvable(shape.name)
  }
}
