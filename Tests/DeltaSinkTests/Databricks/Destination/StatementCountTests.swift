import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// What a run costs: on a warehouse a statement takes the better part of a second, however little it has to do.
struct StatementCountTests {
  /// The first words of what was sent about a dataset since then.
  private func sent(_ harness: DatabricksHarness, since request: Int) async throws -> [String] {
    try await harness.double.requests(
      since: request, method: "POST", path: "/sql/statements$", sql: harness.schema
    )
    .compactMap(\.sql).map { sql in
      sql.replacing("`main`.`\(harness.schema)`.", with: "").replacing("INTO ", with: "")
        .split(separator: " ", maxSplits: 2).prefix(2).joined(separator: " ")
    }.sorted()
  }

  private func newest(_ harness: DatabricksHarness) async throws -> Int {
    try await harness.double.requests().last?.id ?? 0
  }

  /// One a table and two for the checkpoint; three to begin, and one for the columns of all tables.
  @Test
  func packagesAreCheap() async throws {
    let harness = try await DatabricksHarness()
    var world = try await DeliveryWorld(harness)
    func insert(_ id: Int, at position: UInt64) -> ModelTransaction {
      ModelTransaction(
        position,
        [DeliveryWorld.item, DeliveryWorld.other].map { .insert($0.name, DeliveryWorld.row(id, "n")) })
    }
    var before = try await newest(harness)
    try await world.deliver([insert(70, at: 200)])
    let package = ["MERGE `_cdc_loads`", "MERGE `item`", "MERGE `shop__item`", "UPDATE `_cdc_state`"]
    #expect(try await sent(harness, since: before) == package)

    before = try await newest(harness)
    try await world.resume([])
    #expect(try await sent(harness, since: before).map { $0.prefix(5) } == ["MERGE", "SELEC", "SELEC"])
    before = try await newest(harness)
    try await world.deliver([insert(71, at: 300)])
    #expect(try await sent(harness, since: before).count == package.count + 1)

    before = try await newest(harness)
    try await world.load(DeliveryWorld.item, 0..<5, "new", at: LSN(400))
    #expect(try await sent(harness, since: before) == ["INSERT OVERWRITE"])
  }
}
