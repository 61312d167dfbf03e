import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// Databricks refuses what a sealed package wants of one table: the run ends with words that say what to do, and both of the
/// ways that they name lead on.
struct RefusalTests {
  private let item = DeliveryWorld.item.name

  private func refuse(_ harness: DatabricksHarness, times: Int) async throws -> Int {
    try await harness.double.inject(
      DatabricksFault(method: "POST", sql: "MERGE INTO .main.\\..\(harness.schema).\\..item.", times: times)
        .with {
          $0.statement = "failed"
          $0.message = "[CAST_INVALID_INPUT] No."
          $0.sqlState = "42000"
        })
  }

  private func expectRefusal(_ body: () async throws -> Void) async {
    do {
      try await body()
      Issue.record("it went on")
    } catch {
      let text = "\(error)"
      #expect(
        text.contains("public.item") && text.contains("--mode full_load --tables 'public.item'")
          && text.contains("CAST_INVALID_INPUT"), "\(text)")
      #expect((error as? any Retryable)?.isRetryable == false)
    }
  }

  @Test
  func isAppliedOnceItIsMended() async throws {
    let harness = try await DatabricksHarness()
    var world = try await DeliveryWorld(harness)
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    let fault = try await refuse(harness, times: 2)
    await expectRefusal { try await world.deliver(DeliveryWorld.changes) }
    world.destination = try harness.destination()
    let before = try await world.destination.open(pipeline: DeliveryWorld.pipeline)
    #expect(before?.position == LSN(100))
    await expectRefusal { _ = try await world.destination.unsyncedTables(pipeline: DeliveryWorld.pipeline) }
    // A load asks for them.
    #expect(try await world.destination.heldTables(pipeline: DeliveryWorld.pipeline)?.count == 2)
    await expectRefusal { try await world.deliver(DeliveryWorld.changes) }
    #expect(try await harness.double.hits(of: fault) == 2)
    try await world.resume(DeliveryWorld.changes)
    #expect(world.position == DeliveryWorld.changes.last?.end)
    try await world.check()
  }

  /// The contract keeps out what is known to be refused. What a workspace refuses beyond that is told with its column, not with its value.
  @Test
  func ofJSONNamesTheColumn() async throws {
    let harness = try await DatabricksHarness()
    let destination = try harness.destination()
    _ = try await destination.open(pipeline: DeliveryWorld.pipeline)
    let table = TableSchema(
      name: item,
      columns: [ColumnSchema(name: "id", type: .long), ColumnSchema(name: "doc", type: .variant)], key: [0])
    let load = try await destination.beginLoad(
      table, disposition: .merge, pipeline: DeliveryWorld.pipeline, position: LSN(100))
    try await load.write(RowBatch(table, [[.integer(1), .text(#"{"secret":1,"secret":2}"#)]]))
    let error = await #expect(throws: DatabricksError.self) { try await load.commit() }
    let text = "\(error?.message ?? "")"
    #expect(text.contains("public.item") && text.contains("a value of doc"), "\(text)")
    #expect(!text.contains("secret"), "\(text)")
  }

  /// The other table has its changes; the one that was refused is loaded again, beside it.
  @Test
  func goesOnOnceTheTableIsLoadedAgain() async throws {
    let harness = try await DatabricksHarness()
    var world = try await DeliveryWorld(harness)
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    let fault = try await refuse(harness, times: -1)
    await expectRefusal { try await world.deliver(DeliveryWorld.changes) }
    for isLoaded in [false, true] {
      world.destination = try harness.destination()
      guard var same = try await world.destination.open(pipeline: DeliveryWorld.pipeline) else {
        throw ContractViolation("the checkpoint is lost")
      }
      same.packageID = "beside"
      #expect(same.position == LSN(100))
      if isLoaded {
        let load = try await world.destination.beginLoad(
          DeliveryWorld.item, disposition: .merge, pipeline: DeliveryWorld.pipeline, position: LSN(300))
        try await load.write(
          RowBatch(DeliveryWorld.item, world.model.rows[item].map { Array($0.values) } ?? []))
        try await load.commit()
        try await world.destination.record(same)
      } else {
        await expectRefusal { try await world.destination.record(same) }
      }
    }
    try await harness.double.remove(fault: fault)
    try await world.resume(DeliveryWorld.changes)
    #expect(world.position == DeliveryWorld.changes.last?.end)
    let later = ModelTransaction(310, [.insert(item, DeliveryWorld.row(90, "later"))])
    world.model.apply(later)
    try await world.deliver([later])
    try await world.check()
  }

  @Test
  func missingRightIsNamedWithItsGrant() async throws {
    let harness = try await DatabricksHarness()
    var world = try await DeliveryWorld(harness)
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    try await harness.double.inject(
      DatabricksFault(method: "POST", sql: "MERGE INTO .main.\\..\(harness.schema).\\..item.").with {
        $0.statement = "failed"
        $0.message = "[INSUFFICIENT_PERMISSIONS] No MODIFY."
        $0.sqlState = "42501"
      })
    do {
      try await world.deliver(DeliveryWorld.changes)
      Issue.record("it went on")
    } catch let error as DatabricksError {
      #expect(error.code == .permissionDenied)
      #expect(
        error.message.contains("GRANT SELECT, MODIFY ON TABLE `main`.`\(harness.schema)`.`item` TO"),
        "\(error)")
    }
    try await world.resume(DeliveryWorld.changes)
    try await world.check()
  }
}
