import CDCCore
import Synchronization
import Testing

/// Tables that changes cannot bring up are loaded beside the others, and capture goes on.
@Suite struct ResyncTests {
  private let orders = TableName(schema: "public", name: "orders")

  @Test func aTableThatIsOutOfStepIsLoadedAtTheSameCheckpointAndCaptureGoesOn() async throws {
    let boundary = ChangeEvent.boundary(Boundary(position: LSN(200), commitTime: 0))
    let source = ScriptedSource(
      [.failing([boundary], UnsyncedTables([orders: "it is new"])), .events([boundary])],
      tables: [.keyed("orders"), .keyed("items")], rows: 10)
    let destination = RecordingDestination(position: LSN(100))
    let report = try await pipeline(source, destination).capture()
    #expect(report.resynced == [orders])
    #expect(source.state.withLock { $0.loadedBeside } == [[orders]])
    #expect(source.state.withLock { $0.startedFrom } == [LSN(100), LSN(100)])
    #expect(destination.notes.contains(.loaded("orders", rows: 10)))
    #expect(!destination.notes.contains(.loaded("items", rows: 10)))
    #expect(destination.notes.contains(.recorded(.fullLoad, LSN(100))))
  }

  /// The run that met it has died: nothing is read from the log before the table is loaded.
  @Test func aTableThatAnEarlierPackageCouldNotBringUpIsLoadedFirst() async throws {
    let source = ScriptedSource(
      [.events([.boundary(Boundary(position: LSN(200), commitTime: 0))])], tables: [.keyed("orders")],
      rows: 10)
    let destination = RecordingDestination(position: LSN(100))
    destination.state.withLock { $0.unsynced = UnsyncedTables([orders: "it lacks a row"]) }
    let report = try await pipeline(source, destination).capture()
    #expect(report.resynced == [orders])
    #expect(source.state.withLock { $0.loadedBeside } == [[orders]])
    #expect(source.state.withLock { $0.startedFrom } == [LSN(100)])
  }

  @Test func aTableThatCannotBeFollowedIsNotLoadedForEver() async throws {
    let acts = (0..<20).map { _ in ScriptedSource.Act.failing([], UnsyncedTables([orders: "it moves"])) }
    let source = ScriptedSource(acts, tables: [.keyed("orders")])
    await #expect {
      try await pipeline(source, RecordingDestination(position: LSN(100))).capture()
    } throws: { error in
      (error as? CDCError)?.code == .schemaContract && (error as? CDCError)?.table == orders
    }
    #expect(source.state.withLock { $0.loadedBeside.count } == 5)
  }

  @Test func reloadWithoutACheckpointIsAFullLoad() async throws {
    let source = ScriptedSource(tables: [.keyed("orders")], rows: 1)
    let destination = RecordingDestination()
    try await pipeline(source, destination).reload()
    #expect(destination.notes.last == .recorded(.fullLoad, LSN(500)))
  }

  private func pipeline(_ source: ScriptedSource, _ destination: RecordingDestination) -> Pipeline {
    Pipeline(name: "test", source: source, destination: destination)
  }
}
