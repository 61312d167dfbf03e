/// A database, a schema of the Databricks double and `cdc` between them, run as a user runs it: all settings in the
/// environment.
import Foundation
import TestSupport
import Testing

struct DatabricksCommand {
  let database: TestDatabase
  let double: DatabricksDouble
  let schema: String
  /// Where `cdc` runs; also its home, so that no ~/.databrickscfg of the machine is seen.
  let directory: TemporaryDirectory
  var principal: DatabricksDouble.Principal

  /// As `make databricks-double` prints them.
  var environment: [String: String] {
    [
      "CDC_SOURCE": database.connectionString, "DATABRICKS_HOST": double.host,
      "DATABRICKS_CLIENT_ID": principal.clientID, "DATABRICKS_CLIENT_SECRET": principal.clientSecret,
      "DATABRICKS_WAREHOUSE_ID": double.warehouseID, "TARGET_CATALOG": double.catalog,
      "TARGET_DATASET": schema, "HOME": directory.path, "TMPDIR": directory.path,
    ]
  }

  /// - Parameter environment: on top of the settings.
  func cdc(_ arguments: [String], environment: [String: String] = [:]) async throws -> Command.Outcome {
    try await CdcCommand.run(
      arguments, in: directory, environment: self.environment.merging(environment) { $1 })
  }

  /// As `cdc`, and anything else than exit code 0 is an issue of the test.
  @discardableResult
  func cdcSucceeds(
    _ arguments: [String], environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> String {
    let outcome = try await cdc(arguments, environment: environment)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errorOutput)", sourceLocation: sourceLocation)
    return outcome.output
  }

  /// Two engines find in the table's Delta log, without the double, what PostgreSQL holds.
  func expectEqual(
    _ table: String, schema: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try await TestSupport.expectEqual(
      lakeTable: double.tableFolder(
        catalog: double.catalog, schema: schema ?? self.schema, table: table),
      postgresTable: "public.\(table)", in: database, sourceLocation: sourceLocation)
  }
}

/// Runs `body` with a database and a schema of its own, as the double's administrator, when it is its turn at the double.
func withDatabricksCommand(_ body: (DatabricksCommand) async throws -> Void) async throws {
  let double = try await DatabricksDouble.shared()
  try await double.turn {
    try await PostgresServer.shared().withDatabase { database in
      try await double.withSchema { schema in
        try await withTemporaryDirectory { directory in
          try await body(
            DatabricksCommand(
              database: database, double: double, schema: schema, directory: directory,
              principal: double.admin))
        }
        _ = try? await double.execute("DROP SCHEMA IF EXISTS \(double.catalog).\(schema)_staging CASCADE")
      }
    }
  }
}
