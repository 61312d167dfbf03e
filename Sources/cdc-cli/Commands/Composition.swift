internal import CDCCore
internal import DeltaSink
internal import PGWire

/// Puts source, lake and pipeline together as the settings say: the one place that knows all three libraries.
struct Composition {
  let settings: Settings
  let source: PostgresSource
  let lake: LocalDeltaDestination

  init(_ settings: Settings) throws {
    self.settings = settings
    source = try PostgresSource(
      connection: settings.source, pipeline: settings.pipeline, resources: settings.resources)
    var options = LocalDeltaOptions()
    options.mergeMode = settings.mergeStyle == .copyOnWrite ? .copyOnWrite : .deletionVectors
    lake = LocalDeltaDestination(root: settings.lake, options: options)
  }

  /// Fails at once, with the plain reason, where the server cannot be reached or the lake not be written.
  func check() async throws {
    try Lake.requireWritable(settings.lake)
    _ = try await source.currentPosition()
  }

  /// - Parameter isService: it has time: it waits for a server that is away. A single run soon gives up.
  func pipeline(progress: ProgressReporter, isService: Bool = false) -> Pipeline {
    Pipeline(
      name: settings.pipeline, source: source, destination: lake,
      configuration: PipelineConfiguration(
        resources: settings.resources, captureLimits: settings.captureLimits, readers: settings.readers,
        retry: RetryPolicy(attempts: isService ? 100 : 6), progress: progress.handle))
  }
}
