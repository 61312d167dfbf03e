import ArgumentParser
import CDCCore
import DeltaSink
import PGWire

/// Reads a snapshot and decodes it into column batches; drops them, or writes them to a lake.
struct Load: AsyncParsableCommand {
  @Option var source: String
  @Option var tables: String
  @Option var readers = 1
  @Option var lake: String?
  @Option var pipeline = "bench_null"

  func run() async throws {
    let resources = ResourceList([Resource(tables)])
    let destination: any Destination = lake.map { LocalDeltaDestination(root: $0) } ?? NullDestination()
    let pipeline = Pipeline(
      name: pipeline,
      source: try PostgresSource(connection: source, pipeline: pipeline, resources: resources),
      destination: destination,
      configuration: PipelineConfiguration(resources: resources, readers: readers))
    let report = try await pipeline.fullLoad()
    print("\(report.rows) rows in \(report.duration)")
  }
}
