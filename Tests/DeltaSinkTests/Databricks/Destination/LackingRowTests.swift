import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// Another hand has taken a row from a table, and a package changes that row without carrying all of it: nothing is made up.
struct LackingRowTests {
  private let item = DeliveryWorld.item.name

  /// Through runners that die: the other table has its changes, and the one that is loaded again is never set back.
  @Test(arguments: [false, true])
  func onlyItsTableIsLoadedAgain(inTransactions: Bool) async throws {
    let harness = try await DatabricksHarness { $0.atomicPackages = inTransactions }
    var world = try await DeliveryWorld(harness)
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    let layout = world.destination.session.layout
    try await world.destination.session.execute(
      "DELETE FROM \(layout.table(try DatabricksLayout.target(of: item))) WHERE id = 1")
    let lacking = UnsyncedTables(lackingRowOf: item).reasons
    do {
      try await world.deliver(DeliveryWorld.changes)
      Issue.record("a value was made up")
    } catch let unsynced as UnsyncedTables {
      #expect(unsynced.reasons == lacking)
    }
    let others = try await world.destination.allRows(
      DeliveryWorld.other.name, columns: ["id", "name", "note"])
    #expect(Set(others) == world.model.rows[DeliveryWorld.other.name].map { Set($0.values) })

    let trap = CrashTests.Trap()
    world.destination = try harness.destination { try trap.pass($0) }
    var same = try #require(try await world.destination.open(pipeline: DeliveryWorld.pipeline))
    #expect(same.position == LSN(100))
    #expect(try await world.destination.unsyncedTables(pipeline: DeliveryWorld.pipeline)?.reasons == lacking)
    #expect(try await world.destination.heldTables(pipeline: DeliveryWorld.pipeline)?.count == 2)
    // The package's row is older than the load's.
    let later = ModelTransaction(
      250, [.update(item, old: DeliveryWorld.row(1, ""), new: DeliveryWorld.row(1, "later"))])
    world.model.apply(later)
    let load = try await world.destination.beginLoad(
      DeliveryWorld.item, disposition: .merge, pipeline: DeliveryWorld.pipeline, position: LSN(300))
    try await load.write(
      RowBatch(DeliveryWorld.item, world.model.rows[item].map { Array($0.values) } ?? []))
    try await load.commit()
    same.packageID = "beside"
    trap.arm(.afterSchemas, after: 0)
    await #expect(throws: CrashTests.Death.self) { try await world.destination.record(same) }

    try await world.resume(DeliveryWorld.changes)
    #expect(world.position == DeliveryWorld.changes.last?.end)
    #expect(try await world.destination.unsyncedTables(pipeline: DeliveryWorld.pipeline) == nil)
    try await world.deliver([later])
    try await world.check()
  }
}
