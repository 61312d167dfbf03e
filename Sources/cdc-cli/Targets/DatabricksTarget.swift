internal import CDCCore
internal import DeltaSink

/// A schema of Unity Catalog, by way of a SQL warehouse.
struct DatabricksTarget: Target {
  let dataset: DatabricksDestination
  let options: DatabricksOptions

  init(_ settings: Settings) throws {
    let place = settings.databricks
    let names = try place.requiredNames()
    let found = try DatabricksSettings.discover(
      environment: place.variables, host: place.host, warehouseID: place.warehouseID)
    if let credentials = found.credentials { Secrets.register(credentials) }
    let workspace = try found.workspace()
    guard let warehouse = found.warehouseID else {
      throw UsageError(
        "There is no SQL warehouse to run statements on: name one by DATABRICKS_WAREHOUSE_ID, --warehouse-id, or "
          + "warehouse_id under [databricks] in cdc.toml (or by its http_path). Both stand in its connection details."
      )
    }
    var options = DatabricksOptions(
      workspace: workspace, warehouseID: warehouse, catalog: names.catalog, schema: names.schema,
      stagingSchema: place.stagingSchema, stagingVolume: place.stagingVolume,
      queryTags: ["application": "cdc", "pipeline": settings.pipeline])
    options.onWaiting = { Terminal.printError("cdc: \($0)") }
    self.options = options
    dataset = try DatabricksDestination(options)
  }

  var destination: any ReadableDestination { dataset }
  var name: String { "\(options.catalog).\(options.schema) on \(options.workspace.host)" }
  var flags: String { "--catalog and --dataset" }
  /// Without the host, which has several names.
  var owner: String? { "\(options.catalog).\(options.schema)" }

  var rights: String? {
    "What a pipeline needs: Can use on the warehouse \(options.warehouseID), and \(options.grants.joined(separator: " ")) "
      + "cdc check says which of it is missing."
  }

  func findings(_ report: @escaping @Sendable (CheckFinding) -> Void) async {
    do {
      try await DatabricksCheck(options).run(report)
    } catch {
      report(CheckFinding("settings", .failed, "\(error)"))
    }
  }

  func plan(_ request: PlanRequest) async throws -> [PlannedStep] {
    switch request.mode {
    case .fullLoad:
      try await dataset.planLoad(of: request.tables, pipeline: request.pipeline, position: request.position)
    case .cdc:
      try await dataset.planPackage(
        of: request.tables, loading: request.differences.compactMapValues(\.reloadReason),
        pipeline: request.pipeline, position: request.position)
    }
  }

  func prepareForDemo(pipeline: String) async throws {
    let isOurs = try await dataset.lastCheckpoint(of: pipeline) != nil
    let isEmpty = try await dataset.isEmpty
    guard isOurs || isEmpty else {
      throw UsageError(
        "The schema \(options.catalog).\(options.schema) has tables that the demo has not made, and the demo would replace "
          + "them. Name another one with --dataset.")
    }
  }

  /// Its state tables say so.
  func markAsDemo() {}

  func reading(_ table: TableName) throws -> [String] {
    ["SELECT status, count(*), sum(total) FROM \(try dataset.quotedName(of: table)) GROUP BY status"]
  }

  /// A run would try again for minutes. Of the warehouse its first statement tells, and starts it.
  func requireReachable() async throws { try await dataset.requireReachable() }

  func lastCheckpoint(of pipeline: String) async throws -> Checkpoint? {
    try await dataset.lastCheckpoint(of: pipeline)
  }

  func heldTables(of pipeline: String) async throws -> [HeldTable] {
    try await dataset.knownTables(of: pipeline)
  }

  func tableNames() async throws -> [TableName] { try await dataset.tableNames() }

  func describe(_ table: TableName) async throws -> TableDescription? {
    try await dataset.describe(table).map {
      TableDescription(
        schema: $0.schema, place: $0.name, version: $0.version, files: $0.files, bytes: $0.bytes,
        rows: $0.rows)
    }
  }

  func history(of table: TableName, limit: Int) async throws -> [TableVersion] {
    try await dataset.history(of: table, limit: limit).map {
      TableVersion(version: $0.version, time: $0.timestamp, operation: $0.operation)
    }
  }

  func firstRows(of table: TableName, limit: Int) async throws -> RowBatch? {
    try await dataset.firstRows(of: table, limit: limit)
  }

  func optimize(_ table: TableName) async throws -> OptimizedFiles {
    try await dataset.optimize(table)
    return OptimizedFiles()
  }

  func vacuum(_ table: TableName, retainHours: Int, dryRun: Bool) async throws -> VacuumedFiles {
    VacuumedFiles(
      count: try await dataset.vacuum(table, retainHours: retainHours, dryRun: dryRun))
  }
}
