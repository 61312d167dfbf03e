public import CDCCore

/// One table of the lake as it is now, told without reading its rows.
public struct LakeTable: Sendable, Hashable {
  public var schema: TableSchema
  /// Where the table lies.
  public var path: String
  /// Of the Delta table.
  public var version: Int
  public var files: Int
  /// Of its data files, in bytes.
  public var bytes: Int
  /// Nil where a file, of another writer, does not tell.
  public var rows: Int?
}

/// One commit of a table.
public struct LakeTableVersion: Sendable, Hashable {
  public var version: Int
  /// Milliseconds since 1970-01-01T00:00:00Z, as the writer's clock had it.
  public var timestamp: Int64?
  /// In the words of Delta's own history: `WRITE`, `MERGE`, `OPTIMIZE` …
  public var operation: String?
}

/// What can be asked of a lake without taking it: beside a running pipeline, too.
extension LocalDeltaDestination {
  /// How far the pipeline has come; nil where it has not finished a full load into this lake.
  public func lastCheckpoint(of pipeline: String) async throws -> Checkpoint? {
    try await CheckpointLog(layout).latest(pipeline: pipeline).checkpoint
  }

  /// The source's tables as the pipeline knows them.
  public func knownTables(of pipeline: String) async throws -> [HeldTable] {
    let log = SchemaLog(layout)
    try await log.open(pipeline: pipeline)
    return log.held.filter { !$0.schema.name.isOwn }
  }

  /// True where the folder holds the state that a pipeline has left.
  public var holdsState: Bool {
    get throws {
      try FileLogStore(tablePath: layout.statePath(LakeLayout.checkpoints)).latestVersion() != nil
    }
  }

  /// Nil where there is no such table.
  public func describe(_ table: TableName) async throws -> LakeTable? {
    let held = try self.table(table)
    guard let snapshot = try held.snapshot(), let schema = try await schema(of: table) else { return nil }
    let files = snapshot.files
    var rows: Int? = 0
    for file in files { rows = rows.flatMap { sum in file.liveRecords.map { sum + $0 } } }
    return LakeTable(
      schema: schema, path: held.store.tablePath, version: snapshot.version, files: files.count,
      bytes: files.reduce(0) { $0 + $1.size }, rows: rows)
  }

  /// The newest commits first, as far as the log still has them.
  public func history(of table: TableName, limit: Int) async throws -> [LakeTableVersion] {
    let held = try self.table(table)
    guard let snapshot = try held.snapshot() else { return [] }
    var versions: [LakeTableVersion] = []
    for version in stride(from: snapshot.version, through: 0, by: -1).prefix(max(limit, 0)) {
      guard let actions = try held.store.actions(of: version) else { break }
      let info = actions.lazy.compactMap { if case .commitInfo(let info) = $0 { info } else { nil } }.first
      versions.append(
        LakeTableVersion(version: version, timestamp: info?.timestamp, operation: info?.operation))
    }
    return versions
  }

  /// All tables of the lake, by name; of those that the pipeline keeps for itself only what the log has brought.
  public func tableNames() throws -> [TableName] {
    var names = TableName.own.filter { table in
      PosixDirectory.isDirectory("\(layout.statePath(table.name))/_delta_log")
    }
    for schema in try PosixDirectory.list(root) ?? [] where !schema.hasPrefix(".") && !schema.hasPrefix("_") {
      guard PosixDirectory.isDirectory("\(root)/\(schema)") else { continue }
      for table in try PosixDirectory.list("\(root)/\(schema)") ?? []
      where PosixDirectory.isDirectory("\(root)/\(schema)/\(table)/_delta_log") {
        names.append(TableName(schema: LakeLayout.name(of: schema), name: LakeLayout.name(of: table)))
      }
    }
    return names.sorted()
  }
}

extension LakeLayout {
  /// What `fileName` has encoded.
  static func name(of fileName: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(fileName.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "~"), rest.count >= 2,
        let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
