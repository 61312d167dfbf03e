import CDCCore
import Synchronization
import TestSupport
import Testing

@testable import DeltaSink

/// A runner dies between any two steps; the next one ends with what the source holds, nothing lost, nothing twice.
struct CrashTests {
  struct Death: Error {}

  /// Throws at the nth passing of a stage, from when it is armed.
  final class Trap: Sendable {
    private let armed = Mutex<(DatabricksStage, Int)?>(nil)

    func arm(_ stage: DatabricksStage, after passings: Int) { armed.withLock { $0 = (stage, passings) } }

    func pass(_ stage: DatabricksStage) throws {
      try armed.withLock { armed in
        guard let (wanted, passings) = armed, wanted == stage else { return }
        if passings > 0 {
          armed = (wanted, passings - 1)
        } else {
          armed = nil
          throw Death()
        }
      }
    }
  }

  static let packageStages: [(DatabricksStage, Int)] = [
    (.afterUpload, 0), (.afterUpload, 1), (.beforeManifest, 0), (.afterManifest, 0), (.beforeTableCommit, 0),
    (.afterTableCommit, 0), (.afterTableCommit, 1), (.afterSchemas, 0), (.beforeCheckpoint, 0),
    (.afterCheckpoint, 0), (.duringCleanup, 0), (.afterCleanup, 0),
  ]

  @Test(arguments: packageStages)
  func packageIsDeliveredOnce(_ stage: DatabricksStage, _ passings: Int) async throws {
    let trap = Trap()
    var world = try await DeliveryWorld(DatabricksHarness()) { try trap.pass($0) }
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    trap.arm(stage, after: passings)
    await #expect(throws: Death.self) { try await world.deliver(DeliveryWorld.changes) }
    try await world.resume(DeliveryWorld.changes)
    try await world.check()
  }

  @Test(arguments: [
    DatabricksStage.afterUpload, .beforeManifest, .afterManifest, .afterSwap, .afterLoadCommit,
  ])
  func tableIsLoadedOnceAndItsPositionIsExact(_ stage: DatabricksStage) async throws {
    let trap = Trap()
    var world = try await DeliveryWorld(DatabricksHarness()) { try trap.pass($0) }
    trap.arm(stage, after: 0)
    await #expect(throws: Death.self) {
      try await world.load(DeliveryWorld.item, 20..<25, "fresh", at: LSN(205))
    }
    // The transaction at 200 is in the new table, if that is there; the one at 210 is not.
    let isLoaded = [.afterManifest, .afterSwap, .afterLoadCommit].contains(stage)
    let changes = [
      ModelTransaction(200, [.insert(DeliveryWorld.item.name, DeliveryWorld.row(70, "before"))]),
      ModelTransaction(210, [.insert(DeliveryWorld.item.name, DeliveryWorld.row(71, "after"))]),
    ]
    if isLoaded {
      world.model.apply(.truncate(DeliveryWorld.item.name))
      for id in 20..<25 {
        world.model.apply(.insert(DeliveryWorld.item.name, DeliveryWorld.row(id, "fresh")))
      }
      world.model.apply(changes[1])
    } else {
      for transaction in changes { world.model.apply(transaction) }
    }
    try await world.resume(changes)
    try await world.check()
  }

  @Test
  func appendedChangesComeOnce() async throws {
    let trap = Trap()
    var world = try await DeliveryWorld(DatabricksHarness(), disposition: .append) { try trap.pass($0) }
    trap.arm(.afterTableCommit, after: 1)
    await #expect(throws: Death.self) { try await world.deliver(DeliveryWorld.changes) }
    try await world.resume(DeliveryWorld.changes)
    let rows = try await world.destination.allRows(DeliveryWorld.item.name, columns: ["_cdc_op", "_cdc_lsn"])
    let counts = Dictionary(grouping: rows, by: \.self).mapValues(\.count)
    #expect(
      counts == [
        [.text("r"), .integer(100)]: 10, [.text("c"), .integer(200)]: 1, [.text("u"), .integer(200)]: 2,
        [.text("d"), .integer(200)]: 2,
      ])
  }

  /// A runner dies while it cleans up after one that died: the third one does the rest.
  @Test
  func recoveryCanDieToo() async throws {
    let trap = Trap()
    var world = try await DeliveryWorld(DatabricksHarness()) { try trap.pass($0) }
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    trap.arm(.afterManifest, after: 0)
    await #expect(throws: Death.self) { try await world.deliver(DeliveryWorld.changes) }
    for (stage, passings) in [
      (DatabricksStage.afterTaking, 0), (.afterTableCommit, 0), (.beforeCheckpoint, 0),
    ] {
      let next = Trap()
      next.arm(stage, after: passings)
      let runner = try world.harness.destination { try next.pass($0) }
      await #expect(throws: Death.self) { _ = try await runner.open(pipeline: DeliveryWorld.pipeline) }
    }
    try await world.resume(DeliveryWorld.changes)
    try await world.check()
  }
}
