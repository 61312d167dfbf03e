/// A schema of the Databricks double as a pipeline's destination. What is in it is read from its Delta logs, not through the
/// double.
import DeltaSink
import TestSupport

struct DatabricksDataset: Sendable {
  let double: DatabricksDouble
  let schema: String

  func destination() throws -> DatabricksDestination { try DatabricksDestination(options()) }

  func options() throws -> DatabricksOptions {
    let workspace = try DatabricksWorkspace(
      host: double.host, credentials: .token(Secret(double.admin.token)))
    return DatabricksOptions(
      workspace: workspace, warehouseID: double.warehouseID, catalog: double.catalog, schema: schema)
  }

  /// The way there, for `cdc`; catalog and schema are left to its flags.
  var environment: [String: String] {
    [
      "DATABRICKS_HOST": double.host, "DATABRICKS_TOKEN": double.admin.token,
      "DATABRICKS_WAREHOUSE_ID": double.warehouseID,
    ]
  }

  /// The Delta table of a table of PostgreSQL's schema `public`.
  func path(_ table: String) -> String {
    double.tableFolder(catalog: double.catalog, schema: schema, table: table)
  }

  /// The folder of this machine that is the volume of the staged files.
  var volume: String { "\(double.root)/volumes/\(double.catalog)/\(schema)_staging/cdc" }
}

/// Runs `body` with a dataset of its own when it is its turn at the double, and drops it afterwards.
func withDataset(_ body: (DatabricksDataset) async throws -> Void) async throws {
  let double = try await DatabricksDouble.shared()
  try await double.turn {
    try await double.withSchema { schema in
      func drop() async {
        _ = try? await double.execute("DROP SCHEMA IF EXISTS \(double.catalog).\(schema)_staging CASCADE")
      }
      do {
        try await body(DatabricksDataset(double: double, schema: schema))
        await drop()
      } catch {
        await drop()
        throw error
      }
    }
  }
}
