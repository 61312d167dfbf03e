import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// A runner that was replaced, and wakes up late, changes nothing: its statements fail.
struct FencingTests {
  private func expectFenced(_ body: () async throws -> Void) async {
    do {
      try await body()
      Issue.record("a replaced runner went on")
    } catch let error as CDCError {
      #expect(error.code == .fenced, "\(error)")
    } catch {
      Issue.record("not fenced but: \(error)")
    }
  }

  @Test
  func cannotDeliverChanges() async throws {
    var world = try await DeliveryWorld(DatabricksHarness())
    let successor = try world.harness.destination()
    _ = try await successor.open(pipeline: DeliveryWorld.pipeline)
    var late = world
    await expectFenced { try await late.deliver(DeliveryWorld.changes) }
    world.destination = successor
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    try await world.deliver(DeliveryWorld.changes)
    // What the late one had sealed is of no use to anybody, and goes.
    try await world.resume(DeliveryWorld.changes)
    try await world.check()
  }

  /// The package is sealed and one table has it when the successor comes: that one brings it to its end, and goes on.
  @Test
  func cannotEndWhatItsSuccessorHasEnded() async throws {
    let harness = try await DatabricksHarness()
    let successor = try harness.destination()
    let trap = CrashTests.Trap()
    var world = try await DeliveryWorld(harness) { try trap.pass($0) }
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    trap.arm(.afterManifest, after: 0)
    await #expect(throws: CrashTests.Death.self) { try await world.deliver(DeliveryWorld.changes) }
    let late = world
    _ = try await successor.open(pipeline: DeliveryWorld.pipeline)
    let more = ModelTransaction(
      300,
      [
        .update(
          DeliveryWorld.item.name, old: DeliveryWorld.row(1, ""), new: [.integer(1), .text("last"), nil])
      ])
    world.destination = successor
    world.position = LSN(218)
    world.model.apply(more)
    try await world.deliver([more])
    await expectFenced {
      try await late.destination.record(
        Checkpoint(
          pipeline: DeliveryWorld.pipeline, kind: .cdc, packageID: "late", position: LSN(999), commitTime: 0,
          rowCount: 0))
    }
    try await world.check()
    #expect(
      try await world.harness.destination().open(pipeline: DeliveryWorld.pipeline)?.position == more.end)
  }

  @Test(arguments: [0..<0, 20..<25])
  func cannotReplaceOrEmptyATable(_ ids: Range<Int>) async throws {
    var world = try await DeliveryWorld(DatabricksHarness())
    let successor = try world.harness.destination()
    _ = try await successor.open(pipeline: DeliveryWorld.pipeline)
    let late = world
    await expectFenced { try await late.load(DeliveryWorld.item, ids, "late", at: LSN(300)) }
    world.destination = successor
    try await world.resume([])
    try await world.check()
  }

  @Test
  func checkpointOfChangesNeverMovesBack() async throws {
    var world = try await DeliveryWorld(DatabricksHarness())
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    try await world.deliver(DeliveryWorld.changes)
    let end = world.position
    try await world.destination.record(
      Checkpoint(
        pipeline: DeliveryWorld.pipeline, kind: .cdc, packageID: "old", position: LSN(150), commitTime: 0,
        rowCount: 0))
    try await world.resume([])
    #expect(world.position == end)
    try await world.check()
  }
}
