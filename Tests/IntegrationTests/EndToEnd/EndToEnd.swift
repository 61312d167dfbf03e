/// A database, the place where its tables go, and the pipeline between them: what every end-to-end test begins with.
import CDCCore
import DeltaSink
import Foundation
import PGWire
import TestSupport
import Testing

struct EndToEnd {
  let database: TestDatabase
  let lake: TemporaryDirectory
  /// Where the tables go instead of the lake.
  var dataset: DatabricksDataset?
  /// Unique on the server: slots belong to the whole of it.
  var name: String { "it_\(database.name)" }

  func source(_ resources: ResourceList = ResourceList()) throws -> PostgresSource {
    try PostgresSource(connection: database.connectionString, pipeline: name, resources: resources)
  }

  func destination() -> LocalDeltaDestination {
    LocalDeltaDestination(root: lake.path)
  }

  func pipeline(
    _ resources: ResourceList = ResourceList(), limits: BatchLimits = BatchLimits(),
    destination: (any Destination)? = nil, removedTables: RemovedTables = .keep,
    progress: (@Sendable (PipelineProgress) -> Void)? = nil
  ) throws -> Pipeline {
    Pipeline(
      name: name, source: try source(resources),
      destination: try destination ?? dataset?.destination() ?? self.destination(),
      configuration: PipelineConfiguration(
        resources: resources, captureLimits: limits, readers: 2, writers: 2, removedTables: removedTables,
        progress: progress))
  }

  func path(_ table: String) -> String { dataset?.path(table) ?? lake.path("public/\(table)") }

  /// A table of the pipeline's own, such as `_cdc_quarantine`.
  func ownPath(_ table: String) -> String { dataset?.path(table) ?? lake.path(table) }

  /// Where the tables go, to be asked what it has.
  func held() throws -> any ReadableDestination { try dataset?.destination() ?? destination() }

  /// Dies where the plan says.
  func destination(_ faults: FaultPlan) throws -> any Destination {
    if var options = try dataset?.options() {
      options.onStage = { if let stage = DeliveryStage(rawValue: $0.rawValue) { try faults.pass(stage) } }
      return try DatabricksDestination(options)
    }
    var options = LocalDeltaOptions()
    options.onStage = { if let stage = DeliveryStage(rawValue: $0.rawValue) { try faults.pass(stage) } }
    return LocalDeltaDestination(root: lake.path, options: options)
  }

  /// Two engines find in the lake what PostgreSQL holds.
  func expectEqual(
    _ table: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try await TestSupport.expectEqual(
      lakeTable: path(table), postgresTable: "public.\(table)", in: database, sourceLocation: sourceLocation)
  }

  /// The first column of duckdb's answer over one table, known to the query as `t`.
  func query(_ sql: String, table: String) async throws -> [String] {
    try await LakeReader.query(sql, tables: ["t": path(table)])
  }
}

/// The kinds of destination that the same tests run on.
enum Place: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case lake, databricks

  /// `CDC_PLACES` names some of them: what a destination does with changes does not depend on the major that sent them.
  static let allCases: [Place] = {
    guard let named = ProcessInfo.processInfo.environment["CDC_PLACES"] else { return [.lake, .databricks] }
    return named.split(separator: " ").compactMap { Place(rawValue: String($0)) }
  }()

  var testDescription: String { rawValue }
  /// A statement takes a fraction of a second there: few packages instead of many.
  var isSlow: Bool { self == .databricks }
}

/// Runs `body` with a database of its own, on the shared server unless it brings one.
func withEndToEnd(
  _ place: Place = .lake, server: PostgresServer? = nil, _ body: (EndToEnd) async throws -> Void
) async throws {
  let shared = if let server { server } else { try await PostgresServer.shared() }
  func run(_ dataset: DatabricksDataset?) async throws {
    try await shared.withDatabase { database in
      try await withTemporaryDirectory { lake in
        try await body(EndToEnd(database: database, lake: lake, dataset: dataset))
      }
    }
  }
  switch place {
  case .lake: try await run(nil)
  case .databricks: try await withDataset(run)
  }
}
