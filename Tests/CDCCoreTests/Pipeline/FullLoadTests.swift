import CDCCore
import Synchronization
import Testing

@Suite struct FullLoadTests {
  @Test func everyTableIsCommittedOnceWithAllItsRowsAndTheCheckpointComesLast() async throws {
    let tables = (0..<5).map { TableSchema.keyed("t\($0)") }
    let source = ScriptedSource(tables: tables, rows: 1_234)
    let destination = RecordingDestination()
    let report = try await pipeline(source, destination).fullLoad()
    #expect(report.rows == 5 * 1_234)
    let loaded = destination.notes.filter { if case .loaded = $0 { true } else { false } }
    #expect(Set(loaded.map { "\($0)" }).count == 5 && loaded.count == 5)
    #expect(destination.notes.contains(.loaded("t3", rows: 1_234)))
    #expect(destination.notes.last == .recorded(.fullLoad, LSN(500)))
    #expect(source.state.withLock { $0.confirmed } == [LSN(500)])
    #expect(source.state.withLock { $0.snapshots } == [true])
  }

  @Test func anEmptyTableIsCommittedToo() async throws {
    let destination = RecordingDestination()
    try await pipeline(ScriptedSource(tables: [.keyed("empty")]), destination).fullLoad()
    #expect(destination.notes.contains(.loaded("empty", rows: 0)))
  }

  @Test func aFailedLoadLeavesNoCheckpointAndAbandonsWhatItBegan() async throws {
    let destination = RecordingDestination(loadFailure: CDCError(.protocolViolation, "disk full"))
    await #expect(throws: CDCError.self) {
      try await pipeline(ScriptedSource(tables: [.keyed("t")], rows: 300), destination).fullLoad()
    }
    #expect(destination.notes == [.opened, .loadAbandoned("t")])
  }

  /// The writers wait for rows that no longer come.
  @Test func aSnapshotThatFailsEndsTheLoad() async throws {
    let source = ScriptedSource(tables: [.keyed("t"), .keyed("u")], rows: 300)
    source.state.withLock { $0.readFailure = CDCError(.protocolViolation, "the column is gone") }
    let destination = RecordingDestination()
    await #expect(throws: CDCError.self) { try await pipeline(source, destination).fullLoad() }
    #expect(!destination.notes.contains { if case .recorded = $0 { true } else { false } })
  }

  @Test func aLoadRepeatedKeepsThePositionThatTheSourceHolds() async throws {
    let source = ScriptedSource(tables: [.keyed("t")])
    try await pipeline(source, RecordingDestination(position: LSN(100))).fullLoad()
    #expect(source.state.withLock { $0.snapshots } == [false])
  }

  @Test func whereThePositionIsLostTheDestinationHearsOfItBeforeTheLoadBegins() async throws {
    let source = ScriptedSource(tables: [.keyed("t")])
    source.state.withLock { $0.positionIsLost = true }
    let destination = RecordingDestination(position: LSN(100))
    try await pipeline(source, destination).fullLoad()
    #expect(source.state.withLock { $0.snapshots } == [false, true])
    #expect(
      destination.notes == [
        .opened, .recorded(.unfinishedLoad, LSN(100)), .loaded("t", rows: 0), .recorded(.fullLoad, LSN(500)),
      ])
  }

  private func pipeline(_ source: ScriptedSource, _ destination: RecordingDestination) -> Pipeline {
    Pipeline(name: "test", source: source, destination: destination)
  }
}
