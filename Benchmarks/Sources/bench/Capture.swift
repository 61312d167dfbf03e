import ArgumentParser
import CDCCore
import DeltaSink
import PGWire

/// Reads what a slot holds up to now and decodes it into column batches; drops them, or merges them into a lake.
struct Capture: AsyncParsableCommand {
  @Option var source: String
  @Option var pipeline: String
  @Option var tables: String
  @Option var lake: String?

  func run() async throws {
    let resources = ResourceList([Resource(tables)])
    let destination: any Destination = lake.map { LocalDeltaDestination(root: $0) } ?? NullDestination()
    let pipeline = Pipeline(
      name: pipeline,
      source: try PostgresSource(connection: source, pipeline: pipeline, resources: resources),
      destination: destination,
      configuration: PipelineConfiguration(resources: resources))
    let report = try await pipeline.capture()
    print("\(report.changeCount) changes in \(report.duration)")
  }
}
