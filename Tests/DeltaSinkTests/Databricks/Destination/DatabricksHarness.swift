import CDCCore
import Foundation
import TestSupport

@testable import DeltaSink

/// A dataset in the Databricks double, looked at in its Delta tables by engines that share no code with this package.
final class DatabricksHarness: DestinationHarness {
  let double: DatabricksDouble
  let schema: String
  let engines: [Engine]
  private let change: @Sendable (inout DatabricksOptions) -> Void

  init(
    engines: [Engine] = [.duckdb], _ change: @escaping @Sendable (inout DatabricksOptions) -> Void = { _ in }
  ) async throws {
    double = try await DatabricksDouble.shared()
    schema = "t_" + UUID().uuidString.prefix(8).lowercased()
    self.engines = engines
    self.change = change
  }

  func start(_ faults: FaultPlan) async throws -> any ReadableDestination {
    try destination { point in
      if let stage = DeliveryStage(rawValue: point.rawValue) { try faults.pass(stage) }
    }
  }

  func options() throws -> DatabricksOptions {
    let workspace = try DatabricksWorkspace(
      host: double.host, credentials: .token(Secret(double.admin.token)))
    var options = DatabricksOptions(
      workspace: workspace, warehouseID: double.warehouseID, catalog: double.catalog, schema: schema)
    change(&options)
    return options
  }

  func destination(
    _ onStage: (@Sendable (DatabricksStage) throws -> Void)? = nil
  ) throws -> DatabricksDestination {
    var options = try options()
    options.onStage = onStage
    return try DatabricksDestination(options)
  }

  func folder(_ table: TableName) throws -> String {
    double.tableFolder(
      catalog: double.catalog, schema: schema, table: try DatabricksLayout.target(of: table))
  }

  func inspect(_ table: TableSchema, _ expected: [[Value]]) async throws {
    let folder = try folder(table.name)
    // duckdb takes a path for a URL.
    guard folder.allSatisfy({ $0.isASCII && $0 != "%" }) else { return }
    try await LakeHarness.inspect(folder, table, expected, engines)
  }
}
