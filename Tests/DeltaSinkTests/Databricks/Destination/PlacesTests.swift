import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// The schema, the volume and the state tables are made by the first run that needs them.
struct PlacesTests {
  /// A runner dies between two of them: the next one makes the rest.
  @Test(
    arguments: [
      "CREATE SCHEMA .*NAME", "CREATE VOLUME .*NAME", "CREATE TABLE .*NAME.*_cdc_loads",
      "CREATE TABLE .*NAME.*_cdc_schema", "CREATE TABLE .*NAME.*_cdc_state",
    ])
  func areCompletedByTheNextRun(_ pattern: String) async throws {
    let harness = try await DatabricksHarness()
    let fault = try await harness.double.inject(
      DatabricksFault(method: "POST", sql: pattern.replacing("NAME", with: harness.schema)).with {
        $0.status = 400
      })
    await #expect(throws: DatabricksError.self) {
      _ = try await harness.destination().open(pipeline: DeliveryWorld.pipeline)
    }
    #expect(try await harness.double.hits(of: fault) == 1)
    try await harness.double.remove(fault: fault)
    let world = try await DeliveryWorld(harness)
    try await world.check()
  }
}
