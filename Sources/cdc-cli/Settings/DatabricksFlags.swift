internal import ArgumentParser

/// The flags that say where on Databricks. Secrets have none: command lines are seen by all users of a machine.
struct DatabricksFlags: ParsableArguments {
  @Option(help: ArgumentHelp("The workspace: https://….", valueName: "host"))
  var host: String?

  @Option(
    name: .customLong("warehouse-id"), help: ArgumentHelp("The SQL warehouse that applies.", valueName: "id"))
  var warehouseID: String?

  @Option(
    help: ArgumentHelp(
      "The warehouse by its path, /sql/1.0/warehouses/ID, instead of its id.", valueName: "path"))
  var httpPath: String?

  @Option(help: ArgumentHelp("The Unity Catalog catalog of the tables.", valueName: "name"))
  var catalog: String?

  @Option(help: ArgumentHelp("The schema of the tables.", valueName: "name"))
  var dataset: String?

  @Option(
    help: ArgumentHelp(
      "The schema of what is on its way to the tables. (default: DATASET_staging)", valueName: "name"))
  var stagingSchema: String?

  @Option(
    help: ArgumentHelp("The volume in it that takes the files. (default: cdc)", valueName: "name"))
  var stagingVolume: String?

  @Option(
    help: ArgumentHelp("The profile of ~/.databrickscfg with host and credentials.", valueName: "name"))
  var profile: String?

  var texts: [(SettingKey, String?)] {
    [
      (.host, host), (.warehouseID, warehouseID), (.httpPath, httpPath), (.catalog, catalog),
      (.schema, dataset), (.stagingSchema, stagingSchema), (.stagingVolume, stagingVolume),
      (.profile, profile),
    ]
  }
}
