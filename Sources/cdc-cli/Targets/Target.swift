internal import CDCCore
internal import DeltaSink

/// Where the tables go, as the commands see it: the destination itself, and what is asked of it beside a running
/// pipeline. One conforming type a destination.
protocol Target: Sendable {
  var destination: any ReadableDestination { get }
  /// How a sentence calls it: `the lake ./lake`, `dev.shop on https://…`.
  var name: String { get }
  /// How to say where else to look: `--lake`, `--catalog and --dataset`.
  var flags: String { get }

  /// What no other destination of this kind is called; nil where it has no such name.
  var owner: String? { get }
  /// What whoever runs a pipeline has to be allowed, for one who was refused something; nil where nothing can be granted.
  var rights: String? { get }
  /// Tries out what a run would need; for `cdc check`.
  func findings(_ report: @escaping @Sendable (CheckFinding) -> Void) async
  /// What the next run would do; nothing is changed.
  func plan(_ request: PlanRequest) async throws -> [PlannedStep]
  /// Makes way for the demo's tables: its own are replaced, anything else is left alone and refused.
  func prepareForDemo(pipeline: String) async throws
  /// Says that the tables may be replaced by the next demo.
  func markAsDemo() throws
  /// How to look at a table of the demo: lines to be run as they are.
  func reading(_ table: TableName) throws -> [String]
  /// Fails at once, with the plain reason, where nothing can be delivered.
  func requireReachable() async throws
  /// How far the pipeline has come; nil where it has not finished a full load.
  func lastCheckpoint(of pipeline: String) async throws -> Checkpoint?
  /// The tables as the pipeline knows them.
  func heldTables(of pipeline: String) async throws -> [HeldTable]
  func tableNames() async throws -> [TableName]
  /// Nil where there is no such table.
  func describe(_ table: TableName) async throws -> TableDescription?
  /// The newest versions first, as far as they are kept.
  func history(of table: TableName, limit: Int) async throws -> [TableVersion]
  /// Some rows, in no order; nil where there is no such table.
  func firstRows(of table: TableName, limit: Int) async throws -> RowBatch?
  func optimize(_ table: TableName) async throws -> OptimizedFiles
  func vacuum(_ table: TableName, retainHours: Int, dryRun: Bool) async throws -> VacuumedFiles
}

extension Target {
  var rights: String? { nil }

  /// Runs `body`; what it was refused is thrown together with what to grant.
  func explainingRefusals<Result>(_ body: () async throws -> Result) async throws -> Result {
    do { return try await body() } catch var error as DatabricksError
      where error.code == .permissionDenied
    {
      if let rights { error.message += " \(rights)" }
      throw error
    }
  }
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
  /// In ISO 8601.
  var time: String?
  /// In the words of Delta's own history: `WRITE`, `MERGE`, `OPTIMIZE` …
  var operation: String?
}

/// Nil where the destination does not tell.
struct OptimizedFiles: Sendable {
  var removed: Int?
  var added: Int?
}

struct VacuumedFiles: Sendable {
  var count: Int?
  var bytes: Int64?
}
