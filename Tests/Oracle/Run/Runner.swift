/// Carries out a script on a database of its own, and compares at each quiet point.
import CDCCore
import Foundation
import Logging
import PGWire
import TestSupport

struct Runner {
  let script: Script
  let database: TestDatabase
  let lake: any Lake
  private let loads = RecordedLoads()
  private(set) var tally = Tally()

  /// Runs a script from beginning to end.
  static func run(
    _ script: Script, on server: PostgresServer, target: Target = .local
  ) async throws -> (Tally, Finding?) {
    try await target.withLake(script.lake) { try await run(script, on: server, in: $0) }
  }

  static func run(
    _ script: Script, on server: PostgresServer, in lake: any Lake
  ) async throws -> (Tally, Finding?) {
    let database = try await server.createDatabase()
    var runner = Runner(script: script, database: database, lake: lake)
    var finding: Finding?
    do {
      try await runner.run()
    } catch let found as Finding {
      finding = found
    } catch {
      finding = Finding(kind: .invalid, round: -1, signature: "invalid", description: "\(error)")
    }
    try? await database.drop()
    runner.tally.scripts = 1
    return (runner.tally, finding)
  }

  private init(script: Script, database: TestDatabase, lake: any Lake) {
    self.script = script
    self.database = database
    self.lake = lake
  }

  private mutating func run() async throws {
    let judge = try Judge(database: database, tables: script.tables, lake: lake)
    try await judge.begin()
    try await database.psql(script.setup.map { $0.sql + ";" }.joined(separator: "\n"))
    for number in script.rounds.indices {
      try await carryOut(number)
      try await settle(number)
      let verdict = try await judge.compare(loads, check: number)
      tally.comparisons += verdict.comparisons
      tally.changes = verdict.changes
      tally.transactions = verdict.transactions
      if let first = verdict.differences.first {
        throw Finding(
          kind: .difference, round: number, signature: "difference " + first.about,
          description: verdict.differences.map(\.text).joined(separator: "\n"))
      }
    }
  }

  private mutating func carryOut(_ number: Int) async throws {
    let round = script.rounds[number]
    let database = database
    async let refused = withThrowingTaskGroup(of: Int.self) { group in
      for session in round.sessions { group.addTask { try await session.play(on: database) } }
      return try await group.reduce(0, +)
    }
    var failure: (any Error)?
    for action in round.during where failure == nil {
      do { try await perform(action, number) } catch { failure = error }
    }
    tally.refusedStatements += try await refused
    if let failure { throw failure }
    for action in round.after { try await perform(action, number) }
  }

  /// Captures all there is; loads first where no load has finished.
  private mutating func settle(_ number: Int) async throws {
    do {
      try await perform(Script.Action(kind: .capture), number, isLast: true)
    } catch let error as CDCError where error.code == .noCheckpoint {
      try await perform(Script.Action(kind: .load), number)
      try await perform(Script.Action(kind: .capture), number, isLast: true)
    }
  }

  // MARK: The pipeline

  private mutating func perform(_ action: Script.Action, _ round: Int, isLast: Bool = false) async throws {
    tally.actions += 1
    do {
      try await withDeadline(round: round) { [self] in try await start(action) }
    } catch let error as CDCError where error.code == .noCheckpoint {
      if isLast { throw error }
    } catch let finding as Finding {
      throw finding
    } catch {
      switch action.cut {
      case .cancel, .fault:
        if error is InjectedFault || error is CancellationError { return }
        // A cancelled query or statement says so in its own words.
        if case .cancel = action.cut { return }
      case .none, .terminate: break
      }
      throw Finding(
        kind: .error, round: round, signature: "error " + "\(error)".prefix(60),
        description: "\(action.text) failed: \(error)")
    }
  }

  private func start(_ action: Script.Action) async throws {
    var faults: FaultCounter?
    if case .fault(let stage, let time, let isRetryable) = action.cut {
      faults = FaultCounter(stage: stage, time: time, isRetryable: isRetryable)
    }
    let pipeline = try pipeline(action, faults)
    let work = Task {
      switch action.kind {
      case .load: _ = try await pipeline.fullLoad()
      case .reload:
        _ = try await pipeline.reload(Set(action.tables.map { TableName(schema: "public", name: $0) }))
      case .capture: _ = try await pipeline.capture()
      }
    }
    try await withTaskCancellationHandler {
      switch action.cut {
      case .none, .fault: break
      case .cancel(let milliseconds):
        try await Task.sleep(for: .milliseconds(milliseconds))
        work.cancel()
      case .terminate(let milliseconds):
        try await Task.sleep(for: .milliseconds(milliseconds))
        try await database.psql(
          """
          SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
          WHERE database = '\(database.name)' AND active_pid IS NOT NULL
          """)
      }
      try await work.value
    } onCancel: {
      work.cancel()
    }
  }

  private func pipeline(_ action: Script.Action, _ faults: FaultCounter?) throws -> Pipeline {
    let resources = ResourceList(
      script.tables.map {
        Resource("public.\($0.name)", hints: ResourceHints(writeDisposition: $0.disposition))
      })
    let name = "oracle_\(database.name)"
    let logger = Logger(label: "oracle") { label -> any LogHandler in
      if Self.isTraced { return StreamLogHandler.standardError(label: label) }
      return SwiftLogNoOpLogHandler()
    }
    return Pipeline(
      name: name,
      source: try PostgresSource(
        connection: database.connectionString, pipeline: name, resources: resources, logger: logger),
      destination: RecordedDestination(inner: try lake.destination(faults), loads: loads),
      configuration: PipelineConfiguration(
        resources: resources, loadLimits: BatchLimits(rows: 700, bytes: 16 << 20),
        captureLimits: BatchLimits(rows: action.rows, bytes: action.bytes, delay: .milliseconds(200)),
        retry: RetryPolicy(attempts: 8, firstDelay: .milliseconds(50), longestDelay: .seconds(1))),
      logger: logger)
  }

  private static let isTraced = ProcessInfo.processInfo.environment["ORACLE_TRACE"] != nil
  private static let patience =
    ProcessInfo.processInfo.environment["ORACLE_PATIENCE"].flatMap(Int.init) ?? 180

  private func withDeadline(
    round: Int, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: .seconds(Self.patience))
        throw Finding(
          kind: .hang, round: round, signature: "hang",
          description: "the pipeline did not end within \(Self.patience) s")
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}
