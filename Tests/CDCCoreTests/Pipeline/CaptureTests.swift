import CDCCore
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite struct CaptureTests {
  @Test func eachBoundaryCommitsOnePackageAndConfirmsItAfterwards() async throws {
    let source = ScriptedSource([
      .events([.inserts(2), .inserts(3), .boundary(200), .inserts(4), .boundary(300)])
    ])
    let destination = RecordingDestination(position: LSN(100))
    let report = try await pipeline(source, destination).capture()
    #expect(
      destination.notes == [
        .opened, .wrote(2), .wrote(3), .committed(LSN(200)), .wrote(4), .committed(LSN(300)),
      ])
    #expect(source.state.withLock { $0.confirmed } == [LSN(200), LSN(300)])
    #expect(report.packages == 2 && report.changeCount == 9 && report.position == LSN(300))
  }

  /// What is confirmed is recorded before, always; and recording has its price.
  @Test func muchLogWithoutChangesIsRecordedThenConfirmed() async throws {
    let source = ScriptedSource([
      .events([
        .boundary(200), .boundary(64 << 20), .boundary(100 + 64 << 20), .boundary(300 + 64 << 20),
        .boundary(160 << 20),
      ])
    ])
    let destination = RecordingDestination(position: LSN(100))
    let report = try await pipeline(source, destination).capture()
    let recorded: [LSN] = [LSN(100 + 64 << 20), LSN(160 << 20)]
    let notes: [RecordingDestination.Note] = recorded.map { .recorded(.cdc, $0) }
    #expect(destination.notes == [.opened] + notes)
    #expect(source.state.withLock { $0.confirmed } == recorded)
    #expect(report.packages == 0 && report.position == recorded[1])
  }

  @Test func aSourceThatWasSetBackIsLoadedAsIfItWereNew() async throws {
    let destination = RecordingDestination(position: LSN(900))
    let source = ScriptedSource(tables: [.keyed("t")], rows: 1)
    try await pipeline(source, destination).fullLoad()
    #expect(source.state.withLock { $0.snapshots } == [false, true])
    #expect(destination.notes.contains(.recorded(.unfinishedLoad, LSN(900))))
    #expect(destination.notes.last == .recorded(.fullLoad, LSN(500)))
  }

  @Test func changesBehindTheLastBoundaryAreAbandonedAndNeverConfirmed() async throws {
    let source = ScriptedSource([.events([.inserts(1), .boundary(200), .inserts(7)])])
    let destination = RecordingDestination(position: LSN(100))
    try await pipeline(source, destination).capture()
    #expect(destination.notes == [.opened, .wrote(1), .committed(LSN(200)), .wrote(7), .abandoned])
    #expect(source.state.withLock { $0.confirmed } == [LSN(200)])
  }

  @Test func aLostConnectionIsTriedAgainFromTheLastCheckpoint() async throws {
    let source = ScriptedSource([
      .failing([.inserts(1), .boundary(200), .inserts(5)], Lost()),
      .events([.inserts(5), .boundary(300)]),
    ])
    let destination = RecordingDestination(position: LSN(100))
    let report = try await pipeline(source, destination).capture()
    #expect(source.state.withLock { $0.startedFrom } == [LSN(100), LSN(200)])
    #expect(report.position == LSN(300))
    #expect(destination.notes.last == .committed(LSN(300)))
  }

  @Test func anErrorThatARetryCannotHelpEndsTheRunAtOnce() async throws {
    let source = ScriptedSource([.failing([], CDCError(.configuration, "no")), .events([])])
    let error = await #expect(throws: CDCError.self) {
      try await pipeline(source, RecordingDestination(position: LSN(100))).capture()
    }
    #expect(error?.code == .configuration)
    #expect(source.state.withLock { $0.startedFrom.count } == 1)
  }

  @Test func attemptsWithoutProgressAreBounded() async throws {
    let source = ScriptedSource(Array(repeating: .failing([], Lost()), count: 20))
    await #expect(throws: Lost.self) {
      try await pipeline(source, RecordingDestination(position: LSN(100))).capture()
    }
    #expect(source.state.withLock { $0.startedFrom.count } == 3)
  }

  @Test(arguments: [nil, Checkpoint.Kind.unfinishedLoad])
  func withoutAFinishedFullLoadNothingIsCaptured(kind: Checkpoint.Kind?) async throws {
    let destination = RecordingDestination(position: kind.map { _ in LSN(100) })
    if let kind { destination.state.withLock { $0.checkpoint?.kind = kind } }
    let error = await #expect(throws: CDCError.self) {
      try await pipeline(ScriptedSource([]), destination).capture()
    }
    #expect(error?.code == .noCheckpoint)
  }

  @Test func cancellationAbandonsTheOpenPackage() async throws {
    let destination = RecordingDestination(position: LSN(100))
    let source = ScriptedSource([.silent([.inserts(1)])])
    let run = Task { try await pipeline(source, destination).capture(until: .never) }
    while destination.notes.count < 2 { try await Task.sleep(for: .milliseconds(2)) }
    run.cancel()
    await #expect(throws: CancellationError.self) { _ = try await run.value }
    #expect(destination.notes == [.opened, .wrote(1), .abandoned])
  }

  @Test func aGracefulStopAppliesWhatIsWholeAndAbandonsTheRest() async throws {
    let destination = RecordingDestination(position: LSN(100))
    let source = ScriptedSource([.silent([.inserts(1), .boundary(200), .inserts(2)])])
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: pipeline(source, destination))], logger: .init(label: "test")))
    let run = Task { try await group.run() }
    while destination.notes.count < 4 { try await Task.sleep(for: .milliseconds(2)) }
    await group.triggerGracefulShutdown()
    try? await run.value
    #expect(destination.notes == [.opened, .wrote(1), .committed(LSN(200)), .wrote(2), .abandoned])
  }

  private func pipeline(_ source: ScriptedSource, _ destination: RecordingDestination) -> Pipeline {
    Pipeline(
      name: "test", source: source, destination: destination,
      configuration: PipelineConfiguration(
        retry: RetryPolicy(attempts: 3, firstDelay: .milliseconds(1))))
  }
}

private struct Lost: Retryable, Equatable { let isRetryable = true }

extension ChangeEvent {
  fileprivate static func inserts(_ count: Int) -> ChangeEvent {
    .changes(
      ChangeBatch(
        rows: .ids((0..<count).map(Int64.init), of: .keyed("t")),
        operations: Array(repeating: .insert, count: count),
        positions: Array(repeating: LSN(150), count: count),
        transactions: [TransactionRun(firstRow: 0, commitLSN: LSN(150), commitTime: 0, xid: 1)]))
  }

  fileprivate static func boundary(_ position: UInt64) -> ChangeEvent {
    .boundary(Boundary(position: LSN(position), commitTime: 0))
  }
}
