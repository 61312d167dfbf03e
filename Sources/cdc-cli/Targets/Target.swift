internal import CDCCore

/// Where the tables go, as the commands see it: the destination itself, and what is asked of it beside a running
/// pipeline. One conforming type a destination.
protocol Target: Sendable {
  var destination: any ReadableDestination { get }
  /// How a sentence calls it: `the lake ./lake`, `dev.shop on https://…`.
  var name: String { get }
  /// How to say where else to look: `--lake`, `--catalog and --dataset`.
  var flags: String { get }

  /// Tries out what a run would need; for `cdc check`.
  func findings(_ report: @escaping @Sendable (CheckFinding) -> Void) async
  /// Fails at once, with the plain reason, where nothing can be delivered.
  func requireReachable() async throws
  /// How far the pipeline has come; nil where it has not finished a full load.
  func lastCheckpoint(of pipeline: String) async throws -> Checkpoint?
  func tableNames() async throws -> [TableName]
  /// Nil where there is no such table.
  func describe(_ table: TableName) async throws -> TableDescription?
  /// The newest versions first, as far as they are kept.
  func history(of table: TableName, limit: Int) async throws -> [TableVersion]
  func optimize(_ table: TableName) async throws -> OptimizedFiles
  func vacuum(_ table: TableName, retainHours: Int, dryRun: Bool) async throws -> VacuumedFiles
}

/// A table as it is now, told without reading its rows. What the destination does not tell is nil.
struct TableDescription: Sendable {
  var schema: TableSchema
  /// Its folder, or its name in the catalog.
  var place: String
  var version: Int
  var files: Int
  var bytes: Int
  var rows: Int?
}

struct TableVersion: Sendable {
  var version: Int
  /// Milliseconds since 1970-01-01T00:00:00Z.
  var timestamp: Int64?
  /// In the words of Delta's own history: `WRITE`, `MERGE`, `OPTIMIZE` …
  var operation: String?
}

struct OptimizedFiles: Sendable {
  var removed = 0
  var added = 0
}

struct VacuumedFiles: Sendable {
  var count = 0
  /// Nil where the destination does not tell.
  var bytes: Int64?
}
