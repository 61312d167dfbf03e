/// What the tests of this folder have in common: a pipeline whose source has options of its own, and what an engine finds.
import CDCCore
import DeltaSink
import Foundation
import PGWire
import TestSupport
import Testing

extension EndToEnd {
  func pipeline(
    _ resources: ResourceList = ResourceList(), limits: BatchLimits = BatchLimits(),
    destination: (any Destination)? = nil, removedTables: RemovedTables = .keep,
    retry: RetryPolicy = RetryPolicy(), options change: (inout PostgresSource.Options) -> Void
  ) throws -> Pipeline {
    var options = PostgresSource.Options()
    change(&options)
    let source = try PostgresSource(
      connection: database.connectionString, pipeline: name, resources: resources, options: options)
    return Pipeline(
      name: name, source: source,
      destination: try destination ?? dataset?.destination() ?? self.destination(),
      configuration: PipelineConfiguration(
        resources: resources, captureLimits: limits, retry: retry, removedTables: removedTables))
  }

  /// duckdb's answer over `_cdc_messages`, known to the query as `t`; nothing where there is no such table.
  func messages(_ sql: String) async throws -> [String] {
    let path = ownPath("_cdc_messages")
    guard FileManager.default.fileExists(atPath: path + "/_delta_log") else { return [] }
    return try await LakeReader.query(sql, tables: ["t": path])
  }

  /// duckdb finds these ids in the table, each once.
  func expectIDs(
    _ ids: [Int], in table: String = "t", sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let found = try await query("SELECT id FROM t ORDER BY id", table: table)
    #expect(found == ids.map { "[\($0)]" }, sourceLocation: sourceLocation)
  }
}
