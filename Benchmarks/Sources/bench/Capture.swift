import ArgumentParser
import CDCCore
import PGWire

/// Reads what a slot holds up to now, decodes it into column batches, and drops it.
struct Capture: AsyncParsableCommand {
  @Option var source: String
  @Option var pipeline: String
  @Option var tables: String

  func run() async throws {
    let resources = ResourceList([Resource(tables)])
    let pipeline = Pipeline(
      name: pipeline,
      source: try PostgresSource(connection: source, pipeline: pipeline, resources: resources),
      destination: NullDestination(),
      configuration: PipelineConfiguration(resources: resources))
    let report = try await pipeline.capture()
    print("\(report.changeCount) changes in \(report.duration)")
  }
}
