public import CDCCore
import Synchronization

/// A lake in a folder: each table is a Delta table at ROOT/SCHEMA/TABLE, read by any engine.
///
/// A table's commit carries `txn {appId: pipeline, version: position}`, so changes that are delivered again are known and
/// skipped. The checkpoint is a row of ROOT/_cdc_loads, committed last. Everything is on the disk (fsync) before the
/// commit that names it. Changed and deleted rows are marked by deletion vectors (or rewritten, see
/// `LocalDeltaOptions.MergeMode`). The lake belongs to one runner of a pipeline at a time: `open` locks it until the
/// destination is released.
public final class LocalDeltaDestination: Destination {
  let layout: LakeLayout
  let options: LocalDeltaOptions
  private let checkpoints: CheckpointLog
  let schemas: SchemaLog

  private struct State {
    var lock: PipelineLock?
    var sequence: Int64 = 0
    var tables: [TableName: LocalTable] = [:]
    /// Of loads asked for.
    var requests: [LoadRequest: FileLock] = [:]
  }
  private let state = Mutex(State())

  /// Nothing is read or written before `open`.
  ///
  /// - Parameter root: the lake's folder; created where it is missing.
  public init(root: String, options: LocalDeltaOptions = LocalDeltaOptions()) {
    layout = LakeLayout(root: root)
    self.options = options
    checkpoints = CheckpointLog(layout)
    schemas = SchemaLog(layout)
  }

  public var root: String { layout.root }

  /// The folder of a table, which need not exist: ROOT/SCHEMA/TABLE, where a byte other than an ASCII letter, digit, space
  /// or one of `_-.=;,+@()$'!` is written as `~` and two hexadecimal digits, and so is a leading `.` or `_`.
  public func path(of table: TableName) throws -> String { try layout.path(of: table) }

  /// - Throws: `CDCError.fenced` where another process runs this pipeline on the lake.
  public func open(pipeline: String) async throws -> Checkpoint? {
    if state.withLock({ $0.lock?.pipeline }) != pipeline {
      let lock = try PipelineLock(layout, pipeline: pipeline)
      state.withLock { $0.lock = lock }
    }
    state.withLock { $0.tables = [:] }
    try removeUnfinished(pipeline: pipeline)
    try await schemas.open(pipeline: pipeline)
    let (checkpoint, sequence) = try await checkpoints.latest(pipeline: pipeline)
    state.withLock { $0.sequence = sequence }
    return checkpoint
  }

  public func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad {
    try requireOpen(pipeline)
    let isAppended = Self.isAppended(table, disposition)
    return try LocalTableLoad(
      self.table(table.name), table, isAppended: isAppended, carrying: carried, pipeline: pipeline,
      position: position, options: options
    ) { [schemas] in schemas.noteLoad(of: isAppended ? table.appendedWithKey : table, at: position) }
  }

  public func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter {
    try requireOpen(package.pipeline)
    return LocalPackage(self, package)
  }

  public func record(_ checkpoint: Checkpoint) async throws {
    try requireOpen(checkpoint.pipeline)
    try await schemas.flush(pipeline: checkpoint.pipeline)
    try options.pass(.beforeCheckpoint)
    let (sequence, versions) = state.withLock { state in
      (state.sequence, state.tables.compactMapValues(\.current?.version))
    }
    try await checkpoints.append(checkpoint, after: sequence, versions: versions)
    state.withLock { $0.sequence = sequence + 1 }
    try options.pass(.afterCheckpoint)
  }

  public func heldTables(pipeline: String) async throws -> [HeldTable]? {
    try requireOpen(pipeline)
    return schemas.held
  }

  /// Dropping a table removes its folder, with all its versions.
  public func release(_ table: TableName, pipeline: String, copy: RemovedTables) async throws {
    try requireOpen(pipeline)
    let path = try layout.path(of: table)
    // A table that this pipeline never wrote is another's.
    if copy == .drop, try self.table(table).snapshot()?.transactions[pipeline] != nil {
      try PosixDirectory.remove(path)
    }
    state.withLock { $0.tables[table] = nil }
    try await schemas.forget(table, pipeline: pipeline)
  }

  func keep(_ lock: FileLock?, for request: LoadRequest) { state.withLock { $0.requests[request] = lock } }

  func table(_ name: TableName) throws -> LocalTable {
    let path = try layout.path(of: name)
    return state.withLock { state in
      if let known = state.tables[name] { return known }
      let new = LocalTable(name: name, path: path)
      state.tables[name] = new
      return new
    }
  }

  /// A table without a key can only be appended.
  static func isAppended(_ table: TableSchema, _ disposition: WriteDisposition) -> Bool {
    disposition == .append || (disposition == .merge && !table.hasKey)
  }

  private func requireOpen(_ pipeline: String) throws {
    guard state.withLock({ $0.lock?.pipeline }) == pipeline else {
      throw CDCError(
        .protocolViolation, "The lake \(layout.root) is not open for pipeline \(pipeline): call open first.")
    }
  }

  /// Removes files that an earlier run of the pipeline was writing when it died; no commit names them.
  private func removeUnfinished(pipeline: String) throws {
    let prefix = LakeLayout.unfinishedPrefix(pipeline: pipeline)
    for schema in try PosixDirectory.list(layout.root) ?? [] where !schema.hasPrefix(".") {
      let schemaPath = "\(layout.root)/\(schema)"
      guard PosixDirectory.isDirectory(schemaPath) else { continue }
      for table in try PosixDirectory.list(schemaPath) ?? [] {
        let path = "\(schemaPath)/\(table)"
        if table.hasPrefix(prefix) {
          try PosixFile.remove(path)
        } else if !table.hasPrefix(".") && table != "_delta_log" && PosixDirectory.isDirectory(path) {
          for file in try PosixDirectory.list(path) ?? [] where file.hasPrefix(prefix) {
            try PosixFile.remove("\(path)/\(file)")
          }
        }
      }
    }
  }
}
