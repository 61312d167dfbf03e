import CDCCore

/// One runner's hold of a pipeline, from `open` on: its epoch, how far the pipeline is, and what is known of the tables.
actor DatabricksRun {
  nonisolated let session: DatabricksSession
  nonisolated let pipeline: String
  nonisolated let epoch: Int64
  private(set) var sequence: Int64
  private(set) var checkpoint: Checkpoint?
  var tables: [TableName: KnownTable]
  /// By name in the dataset.
  var owners: [String: TableName] = [:]
  /// Not written down yet.
  var pending: [TableVersion] = []
  var held: Task<[String: [HeldColumn]], any Error>?
  var changed: [String: [HeldColumn]] = [:]
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
    for (name, table) in tables where table.shape != nil { owners[table.target] = name }
  }

  /// Of what builds on the present checkpoint.
  var `guard`: EpochGuard {
    EpochGuard(layout: session.layout, pipeline: pipeline, epoch: epoch, sequence: sequence)
  }
  nonisolated var statements: StateStatements {
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

  // MARK: Checkpoints

  /// The folder goes once the next checkpoint is recorded.
  func spend(_ folder: String) { spent.append(folder) }

  func checkpointStatement(_ checkpoint: Checkpoint) -> String {
    statements.checkpoint(checkpoint, epoch: epoch, after: sequence)
  }

  /// Writes down what tables have become, then moves the checkpoint on.
  ///
  /// - Throws: `CDCError.fenced` where another runner has taken the pipeline.
  func record(_ checkpoint: Checkpoint) async throws {
    // Only a load that begins anew, in a log that was cut off, leads back.
    if let held = self.checkpoint, checkpoint.kind != .unfinishedLoad, held.kind != .unfinishedLoad,
      checkpoint.position < held.position
    {
      return
    }
    try await recordVersions()
    try session.options.pass(.afterSchemas)
    try session.options.pass(.beforeCheckpoint)
    let result = try await session.execute(checkpointStatement(checkpoint))
    if result.affectedRows != 1 { try await requireRecorded(checkpoint) }
    try await recorded(checkpoint)
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
