internal import CDCCore
internal import DeltaSink
internal import FoundationEssentials
internal import Synchronization

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
  /// A folder may be moved.
  var owner: String? { nil }

  func findings(_ report: @escaping @Sendable (CheckFinding) -> Void) {
    report(LakeFolder.finding(path))
  }

  func plan(_ request: PlanRequest) async throws -> [PlannedStep] {
    try await LakePlan(lake: lake, request: request).steps()
  }

  func prepareForDemo(pipeline: String) throws { try LakeFolder.prepareForDemo(path) }
  func markAsDemo() throws { try LakeFolder.markAsDemo(path) }

  func reading(_ table: TableName) throws -> [String] {
    let folder = try lake.path(of: table)
    let bare = folder.hasPrefix("./") ? String(folder.dropFirst(2)) : folder
    let path = folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + bare
    return [
      "duckdb -c \"INSTALL delta; LOAD delta; SELECT status, count(*), sum(total) FROM delta_scan('\(path)') GROUP BY status\"",
      "python3 -c \"import polars; print(polars.read_delta('\(path)').group_by('status').agg(polars.sum('total')))\"",
    ]
  }

  func requireReachable() throws { try LakeFolder.requireWritable(path) }

  func lastCheckpoint(of pipeline: String) async throws -> Checkpoint? {
    try await lake.lastCheckpoint(of: pipeline)
  }

  func heldTables(of pipeline: String) async throws -> [HeldTable] {
    try await lake.knownTables(of: pipeline)
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
      TableVersion(
        version: $0.version,
        time: $0.timestamp.map { Value.integer(Int128($0) * 1000).text(as: .timestamp) },
        operation: $0.operation)
    }
  }

  /// Of the first row group.
  func firstRows(of table: TableName, limit: Int) async throws -> RowBatch? {
    let taken = Mutex<RowBatch?>(nil)
    do {
      try await lake.read(table, columns: nil) { batch in
        guard batch.rowCount > 0 else { return }
        taken.withLock { $0 = batch.prefix(limit) }
        throw EnoughRows()
      }
    } catch is EnoughRows {}
    return taken.withLock(\.self)
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

private struct EnoughRows: Error {}

extension RowBatch {
  fileprivate func prefix(_ limit: Int) -> RowBatch {
    gather(Array(0..<Int32(min(rowCount, max(limit, 0)))))
  }
}
