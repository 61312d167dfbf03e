import ArgumentParser
import CDCCore
import PGWire

/// Reads a snapshot, decodes it into column batches, and drops it: the cost of reading alone.
struct Load: AsyncParsableCommand {
  @Option var source: String
  @Option var tables: String
  @Option var readers = 1

  func run() async throws {
    let resources = ResourceList([Resource(tables)])
    let pipeline = Pipeline(
      name: "bench_null",
      source: try PostgresSource(connection: source, pipeline: "bench_null", resources: resources),
      destination: NullDestination(),
      configuration: PipelineConfiguration(resources: resources, readers: readers))
    let report = try await pipeline.fullLoad()
    print("\(report.rows) rows in \(report.duration)")
  }
}
