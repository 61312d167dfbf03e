import CDCCore

/// One runner's hold of a pipeline, from `open` on: its epoch, how far the pipeline is, and what is known of the tables.
actor DatabricksRun {
  /// A table that the pipeline wrote before.
  struct KnownTable: Sendable {
    var target: String
    var version: Int64 = 0
    /// The newest shape, as `SchemaLog` writes it.
    var columns: String = ""
    /// Of all shapes: the source's own names, in lower case.
    var everyName: Set<String> = []
    var loadID: String?
    var loadPosition: LSN?
    /// The number of the checkpoint before the load.
    var loadedAfter: Int64 = 0
  }

  nonisolated let session: DatabricksSession
  nonisolated let pipeline: String
  nonisolated let epoch: Int64
  private(set) var sequence: Int64
  private(set) var checkpoint: Checkpoint?
  private var tables: [TableName: KnownTable]
  private var owners: [String: TableName] = [:]
  private var pending: [TableVersion] = []
  private var held: Task<[String: [HeldColumn]], any Error>?
  private var changed: [String: [HeldColumn]] = [:]
  private var lastDelivery = 0
  /// Folders that are of no use after the next checkpoint.
  private var spent: [String] = []

  init(_ session: DatabricksSession, _ state: HeldState, tables: [TableName: KnownTable]) {
    self.session = session
    pipeline = state.pipeline
    epoch = state.epoch
    sequence = state.sequence
    checkpoint = state.checkpoint
    self.tables = tables
    for (name, table) in tables { owners[table.target] = name }
  }

  nonisolated var `guard`: EpochGuard {
    EpochGuard(layout: session.layout, pipeline: pipeline, epoch: epoch)
  }
  private nonisolated var statements: StateStatements {
    StateStatements(layout: session.layout, pipeline: pipeline)
  }

  /// The name of a new delivery: never used before, and after those that came before it in the order of names.
  func newDelivery(_ kind: String, at position: LSN) -> String {
    lastDelivery += 1
    let numbers = [epoch, Int64(lastDelivery)].map { number in
      String(repeating: "0", count: max(0, 8 - String(number).count)) + String(number)
    }
    let place = String(position.rawValue, radix: 16, uppercase: true)
    let random = UniqueName().description.prefix(8)
    return "e\(numbers[0])-\(numbers[1])-\(kind)-\(place)-\(random)"
  }

  // MARK: Tables

  /// The name of the source's table in the dataset.
  ///
  /// - Throws: `CDCError.configuration` where two tables would have the same.
  func target(of table: TableName) throws -> String {
    if let known = tables[table] { return known.target }
    let target = try DatabricksLayout.target(of: table)
    if let owner = owners[target], owner != table {
      throw CDCError(
        .configuration,
        "The tables \(owner) and \(table) would both be \(target) in Databricks, which ignores case. "
          + "Leave one of them out, or give it another schema.", table: table)
    }
    owners[target] = table
    tables[table] = KnownTable(target: target)
    return target
  }

  /// Transactions that commit before this are in the table already.
  func position(of table: TableName) -> LSN {
    let reached = checkpoint?.position ?? .zero
    guard let known = tables[table], let loaded = known.loadPosition else { return reached }
    return known.loadedAfter == sequence ? loaded : max(loaded, reached)
  }

  /// Names that the table's source had once and does not have now.
  func formerNames(of table: TableSchema) -> Set<String> {
    let now = Set(table.columns.map { $0.name.lowercased() })
    return tables[table.name]?.everyName.subtracting(now) ?? []
  }

  /// Whether the pipeline has written the table before.
  func knows(_ table: TableName) -> Bool { tables[table] != nil }

  func isLoaded(_ table: TableName, by loadID: String) -> Bool { tables[table]?.loadID == loadID }

  /// Notes the shape that a table has from the position on; written down before the next checkpoint.
  func note(_ table: TableSchema, at position: LSN, loadID: String? = nil) throws {
    let target = try target(of: table.name)
    let text = SchemaLog.text(table)
    var known = tables[table.name] ?? KnownTable(target: target)
    guard known.columns != text || loadID != nil else { return }
    known.columns = text
    known.version += 1
    known.everyName.formUnion(table.columns.map { $0.name.lowercased() })
    if let loadID {
      known.loadID = loadID
      known.loadPosition = position
      known.loadedAfter = sequence
    }
    tables[table.name] = known
    pending.append(
      TableVersion(
        table: table.name, target: target, number: known.version, position: position, loadID: loadID,
        afterSequence: sequence, columns: text))
  }

  /// The columns of a table of the dataset; nil where there is none. All tables are asked for at once, the first time.
  func columns(of target: String) async throws -> [HeldColumn]? {
    if let columns = changed[target] { return columns }
    let task = held ?? Task { [session] in try await HeldState.columns(session) }
    held = task
    do {
      return try await task.value[target]
    } catch {
      held = nil
      throw error
    }
  }

  func tableHas(_ columns: [HeldColumn], target: String) { changed[target] = columns }

  // MARK: Checkpoints

  /// The folder goes once the next checkpoint is recorded.
  func spend(_ folder: String) { spent.append(folder) }

  var versionStatement: String? { pending.isEmpty ? nil : statements.recordVersions(pending, `guard`) }

  func checkpointStatement(_ checkpoint: Checkpoint) -> String {
    statements.checkpoint(checkpoint, epoch: epoch, after: sequence)
  }

  /// Writes down what tables have become, then moves the checkpoint on.
  ///
  /// - Throws: `CDCError.fenced` where another runner has taken the pipeline.
  func record(_ checkpoint: Checkpoint) async throws {
    if checkpoint.kind == .cdc, let held = self.checkpoint, checkpoint.position < held.position { return }
    try await recordVersions()
    try session.options.pass(.afterSchemas)
    try session.options.pass(.beforeCheckpoint)
    let result = try await session.execute(checkpointStatement(checkpoint))
    if result.affectedRows != 1 { try await requireRecorded(checkpoint) }
    try await recorded(checkpoint)
  }

  /// Writes down what tables have become; a few hundred a statement, whose text is limited.
  func recordVersions() async throws {
    while !pending.isEmpty {
      let part = Array(pending.prefix(500))
      try await session.execute(statements.recordVersions(part, `guard`))
      pending.removeFirst(part.count)
    }
  }

  /// After the checkpoint has moved, by a statement of its own or as part of a package's transaction.
  func recorded(_ checkpoint: Checkpoint) async throws {
    sequence += 1
    self.checkpoint = checkpoint
    try session.options.pass(.afterCheckpoint)
    let folders = spent
    spent = []
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [session, statements] in try await session.execute(statements.recordLoad) }
      group.addTask { [session] in
        for folder in folders {
          try session.options.pass(.duringCleanup)
          await session.removeFolder(folder)
        }
      }
      try await group.waitForAll()
    }
    try session.options.pass(.afterCleanup)
  }

  func versionsRecorded() { pending = [] }

  /// No row was changed: by this very statement before, when its answer was lost, or because the row is another's.
  func requireRecorded(_ checkpoint: Checkpoint) async throws {
    let state = try await HeldState.read(session, pipeline: pipeline)
    guard let state, state.epoch == epoch, state.sequence == sequence + 1, state.checkpoint == checkpoint
    else {
      throw CDCError(
        .fenced, "Another runner of pipeline \(pipeline) has recorded its progress. Stop one of the two.")
    }
  }
}
