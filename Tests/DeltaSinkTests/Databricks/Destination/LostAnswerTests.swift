import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// The workspace does what it is asked, and its answer never comes: the statement is sent again, and nothing is twice.
struct LostAnswerTests {
  /// What the statement looks like whose answer is lost.
  static let statements = [
    "MERGE INTO `main`.`SCHEMA`.`item`", "MERGE INTO `main`.`SCHEMA`.`_cdc_loads`",
    "UPDATE `main`.`SCHEMA`.`_cdc_state`",
  ]

  private func losing(_ pattern: String, _ harness: DatabricksHarness, _ body: () async throws -> Void)
    async throws
  {
    let sql = pattern.replacing("SCHEMA", with: harness.schema).replacing("`", with: ".")
    let fault = try await harness.double.inject(
      DatabricksFault(method: "POST", sql: sql).with { $0.drop = "after" })
    try await body()
    #expect(try await harness.double.hits(of: fault) == 1)
    try await harness.double.remove(fault: fault)
  }

  @Test(arguments: statements)
  func packageIsDeliveredOnce(_ pattern: String) async throws {
    let harness = try await DatabricksHarness()
    var world = try await DeliveryWorld(harness)
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    try await losing(pattern, harness) { try await world.deliver(DeliveryWorld.changes) }
    try await world.check()
    try await world.resume(DeliveryWorld.changes)
    try await world.check()
    let schema = harness.schema
    let loads = try await harness.double.execute("SELECT count(*) FROM main.\(schema)._cdc_loads")
    #expect(loads == [["2"]])
  }

  /// The workspace kept the first copy waiting, and runs it when the pipeline has gone on; its staged files are still there.
  @Test
  func copyThatRunsAfterTheNextPackageFails() async throws {
    let harness = try await DatabricksHarness()
    let double = harness.double
    var world = try await DeliveryWorld(harness)
    let cleanup = try await double.inject(
      DatabricksFault(method: "DELETE", path: harness.schema).with {
        $0.status = 400
        $0.times = -1
      })
    let row = DeliveryWorld.row(1, "early")
    try await world.deliver([
      ModelTransaction(200, [.update(DeliveryWorld.item.name, old: row, new: row.map(\.self))])
    ])
    let copy = try #require(
      try await double.requests(
        method: "POST", path: "/sql/statements$", sql: "MERGE INTO .main.\\..\(harness.schema).\\..item"
      )
      .last?.sql)
    let removed = ModelTransaction(300, [.delete(DeliveryWorld.item.name, key: [.integer(1)])])
    world.model.apply(removed)
    try await world.deliver([removed])
    #expect(try await double.hits(of: cleanup) > 0)
    await #expect {
      _ = try await double.execute(copy)
    } throws: { error in
      "\(error)".contains(EpochGuard.marker)
    }
    try await double.remove(fault: cleanup)
    try await world.resume([])
    try await world.check()
  }

  @Test
  func appendedChangesComeOnce() async throws {
    let harness = try await DatabricksHarness()
    var world = try await DeliveryWorld(harness, disposition: .append)
    try await losing(Self.statements[0], harness) { try await world.deliver(DeliveryWorld.changes) }
    let rows = try await world.destination.allRows(DeliveryWorld.item.name, columns: ["_cdc_op"])
    #expect(rows.count == 15)
  }

  @Test
  func tableIsSwappedOnce() async throws {
    let harness = try await DatabricksHarness()
    var world = try await DeliveryWorld(harness)
    try await losing("INSERT OVERWRITE TABLE `main`.`SCHEMA`.`item`", harness) {
      try await world.load(DeliveryWorld.item, 20..<25, "fresh", at: LSN(150))
    }
    world.model.apply(.truncate(DeliveryWorld.item.name))
    for id in 20..<25 { world.model.apply(.insert(DeliveryWorld.item.name, DeliveryWorld.row(id, "fresh"))) }
    try await world.deliver([])
    try await world.check()
  }
}
