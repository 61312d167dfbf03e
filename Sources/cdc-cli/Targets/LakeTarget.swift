internal import CDCCore
internal import DeltaSink

/// A folder of Delta tables.
struct LakeTarget: Target {
  let path: String
  let lake: LocalDeltaDestination

  init(_ settings: Settings) {
    path = settings.lake
    var options = LocalDeltaOptions()
    options.mergeMode = settings.mergeStyle == .copyOnWrite ? .copyOnWrite : .deletionVectors
    lake = LocalDeltaDestination(root: settings.lake, options: options)
  }

  var destination: any ReadableDestination { lake }
  var name: String { "the lake \(path)" }
  var flags: String { "--lake" }

  func findings(_ report: @escaping @Sendable (CheckFinding) -> Void) {
    report(LakeFolder.finding(path))
  }

  func requireReachable() throws { try LakeFolder.requireWritable(path) }

  func lastCheckpoint(of pipeline: String) async throws -> Checkpoint? {
    try await lake.lastCheckpoint(of: pipeline)
  }

  func tableNames() throws -> [TableName] { try lake.tableNames() }

  func describe(_ table: TableName) async throws -> TableDescription? {
    try await lake.describe(table).map {
      TableDescription(
        schema: $0.schema, place: $0.path, version: $0.version, files: $0.files, bytes: $0.bytes,
        rows: $0.rows)
    }
  }

  func history(of table: TableName, limit: Int) async throws -> [TableVersion] {
    try await lake.history(of: table, limit: limit).map {
      TableVersion(version: $0.version, timestamp: $0.timestamp, operation: $0.operation)
    }
  }

  func optimize(_ table: TableName) async throws -> OptimizedFiles {
    let report = try await lake.optimize(table)
    return OptimizedFiles(removed: report.filesRemoved, added: report.filesAdded)
  }

  func vacuum(_ table: TableName, retainHours: Int, dryRun: Bool) throws -> VacuumedFiles {
    let report = try lake.vacuum(table, retention: .seconds(retainHours * 3600), dryRun: dryRun)
    return VacuumedFiles(count: report.files.count, bytes: report.bytes)
  }
}
