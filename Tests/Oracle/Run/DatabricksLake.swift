/// The Databricks double as the oracle's destination: a schema of its own for each script.
import CDCCore
import TestSupport

@testable import DeltaSink

struct DatabricksLake: Lake {
  let double: DatabricksDouble
  let schema: String

  func destination(_ faults: FaultCounter?) throws -> any ReadableDestination {
    let workspace = try DatabricksWorkspace(
      host: double.host, credentials: .token(Secret(double.admin.token)))
    var options = DatabricksOptions(
      workspace: workspace, warehouseID: double.warehouseID, catalog: double.catalog, schema: schema)
    if let faults { options.onStage = { try faults.pass($0.rawValue) } }
    return try DatabricksDestination(options)
  }

  func path(of table: String) throws -> String {
    let name = try DatabricksLayout.target(of: TableName(schema: "public", name: table))
    return double.tableFolder(catalog: double.catalog, schema: schema, table: name)
  }
}
