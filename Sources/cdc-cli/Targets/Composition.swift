internal import CDCCore
internal import DeltaSink
internal import PGWire

/// Puts source, destination and pipeline together as the settings say: the one place that knows all three libraries.
struct Composition {
  let settings: Settings
  let source: PostgresSource
  let target: any Target

  init(_ settings: Settings) throws {
    self.settings = settings
    target = try Self.target(settings)
    var options = PostgresSource.Options()
    options.owner = target.owner
    options.messages = settings.messages
    options.ignoredOrigins = settings.ignoredOrigins
    options.ignoreDeletesPrefix = settings.ignoreDeletes
    source = try PostgresSource(
      connection: settings.source, pipeline: settings.pipeline, resources: settings.resources,
      options: options)
  }

  static func target(_ settings: Settings) throws -> any Target {
    switch settings.destination {
    case .lake: return LakeTarget(settings)
    case .databricks: return try DatabricksTarget(settings)
    }
  }

  /// Fails at once, with the plain reason, where the server cannot be reached or the destination not be written.
  func requireReachable() async throws {
    try await target.requireReachable()
    _ = try await source.currentPosition()
  }

  /// - Parameter isService: it has time: it waits for a server that is away. A single run soon gives up.
  func pipeline(progress: ProgressReporter, isService: Bool = false) -> Pipeline {
    Pipeline(
      name: settings.pipeline, source: source, destination: target.destination,
      configuration: PipelineConfiguration(
        resources: settings.resources, captureLimits: settings.captureLimits, readers: settings.readers,
        retry: RetryPolicy(attempts: isService ? 100 : 6), removedTables: settings.removedTables,
        progress: progress.handle))
  }
}
