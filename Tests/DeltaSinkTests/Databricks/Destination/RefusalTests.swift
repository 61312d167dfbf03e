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
    await expectRefusal { _ = try await world.destination.heldTables(pipeline: DeliveryWorld.pipeline) }
    await expectRefusal { try await world.deliver(DeliveryWorld.changes) }
    #expect(try await harness.double.hits(of: fault) == 2)
    try await world.resume(DeliveryWorld.changes)
    #expect(world.position == DeliveryWorld.changes.last?.end)
    try await world.check()
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

  private static let quarantine = TableSchema(
    name: .quarantine,
    columns: [ColumnSchema(name: "pipeline", type: .string), ColumnSchema(name: "entry", type: .long)])

  /// What a load keeps out of its tables, as its first rows come: before the first table is loaded.
  private func keepOut(
    _ world: DeliveryWorld, at position: UInt64
  ) async throws -> any PackageWriter {
    let package = try await world.destination.beginPackage(
      LoadPackage(pipeline: DeliveryWorld.pipeline, from: LSN(100)))
    try await package.write(
      ChangeBatch(
        rows: RowBatch(Self.quarantine, [[.text(DeliveryWorld.pipeline), .integer(1)]]),
        operations: [.insert], positions: [LSN(position)],
        transactions: [TransactionRun(firstRow: 0, commitLSN: LSN(position), commitTime: 0, xid: 0)]),
      disposition: .append)
    return package
  }

  /// The load that mends it keeps rows out of the table.
  @Test(arguments: [Checkpoint.Kind.cdc, .fullLoad])
  func goesOnOnceTheTableIsLoadedWithoutSomeRows(_ kind: Checkpoint.Kind) async throws {
    let harness = try await DatabricksHarness()
    var world = try await DeliveryWorld(harness)
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    let fault = try await refuse(harness, times: -1)
    await expectRefusal { try await world.deliver(DeliveryWorld.changes) }
    world.destination = try harness.destination()
    var checkpoint = try #require(try await world.destination.open(pipeline: DeliveryWorld.pipeline))
    let package = try await keepOut(world, at: 300)
    // Of single tables the checkpoint stays where it was, of all it is the snapshot's.
    let tables = kind == .cdc ? [DeliveryWorld.item] : [DeliveryWorld.item, DeliveryWorld.other]
    for table in tables {
      let load = try await world.destination.beginLoad(
        table, disposition: .merge, pipeline: DeliveryWorld.pipeline, position: LSN(300))
      try await load.write(RowBatch(table, world.model.rows[table.name].map { Array($0.values) } ?? []))
      try await load.commit()
    }
    checkpoint.packageID = "load"
    if kind == .fullLoad {
      checkpoint.kind = kind
      checkpoint.position = LSN(300)
    }
    try await package.commit(checkpoint)
    try await harness.double.remove(fault: fault)
    try await world.resume(DeliveryWorld.changes)
    #expect(world.position == (kind == .fullLoad ? LSN(300) : DeliveryWorld.changes.last?.end))
    let later = ModelTransaction(310, [.insert(item, DeliveryWorld.row(90, "later"))])
    world.model.apply(later)
    try await world.deliver([later])
    try await world.check()
    #expect(try await world.destination.allRows(.quarantine, columns: ["entry"]) == [[.integer(1)]])
  }

  /// Two were refused and one of them is loaded: the other one still waits, and what was kept out of the first is known.
  @Test
  func whatALoadKeepsOutStaysKnownWhileAnotherTableWaits() async throws {
    let harness = try await DatabricksHarness()
    var world = try await DeliveryWorld(harness)
    for transaction in DeliveryWorld.changes { world.model.apply(transaction) }
    let fault = try await harness.double.inject(
      DatabricksFault(
        method: "POST", sql: "MERGE INTO .main.\\..\(harness.schema).\\..(item|shop__item).", times: -1
      ).with {
        $0.statement = "failed"
        $0.message = "[CAST_INVALID_INPUT] No."
        $0.sqlState = "42000"
      })
    await expectRefusal { try await world.deliver(DeliveryWorld.changes) }
    for (number, table) in [DeliveryWorld.item, DeliveryWorld.other].enumerated() {
      world.destination = try harness.destination()
      let same = try #require(try await world.destination.open(pipeline: DeliveryWorld.pipeline))
      #expect(same.position == LSN(100))
      let package = number == 0 ? try await keepOut(world, at: 300) : nil
      let load = try await world.destination.beginLoad(
        table, disposition: .merge, pipeline: DeliveryWorld.pipeline, position: LSN(300))
      try await load.write(RowBatch(table, world.model.rows[table.name].map { Array($0.values) } ?? []))
      try await load.commit()
      if let package {
        await #expect(throws: DatabricksError.self) { try await package.commit(same) }
        await package.abandon()
      } else {
        try await world.destination.record(same)
      }
    }
    try await harness.double.remove(fault: fault)
    try await world.resume(DeliveryWorld.changes)
    #expect(world.position == DeliveryWorld.changes.last?.end)
    try await world.check()
    #expect(try await world.destination.allRows(.quarantine, columns: ["entry"]) == [[.integer(1)]])
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
