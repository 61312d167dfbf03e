/// A service that keeps a lake equal to a database for as long as it runs, beside whatever else it does.
///
///     SOURCE=postgresql://localhost/shop LAKE=./lake swift run
import CDCCore
import DeltaSink
import Foundation
import Logging
import PGWire
import ServiceLifecycle

@main
struct EmbeddedPipeline {
  static func main() async throws {
    let environment = ProcessInfo.processInfo.environment
    let logger = Logger(label: "shop")
    let resources = ResourceList([
      Resource("public.event_log", hints: ResourceHints(writeDisposition: .append)),
      Resource("public.*"),
    ])
    let pipeline = Pipeline(
      name: "shop",
      source: try PostgresSource(
        connection: environment["SOURCE"] ?? "", pipeline: "shop", resources: resources),
      destination: LocalDeltaDestination(root: environment["LAKE"] ?? "lake"),
      configuration: PipelineConfiguration(resources: resources),
      logger: logger)

    // The pipeline loads where no load has finished, then captures; SIGTERM ends it after the package at hand.
    let group = ServiceGroup(
      services: [pipeline], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    try await group.run()
  }
}
