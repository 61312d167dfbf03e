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

  func pipeline(progress: ProgressReporter) -> Pipeline {
    Pipeline(
      name: settings.pipeline, source: source, destination: lake,
      configuration: PipelineConfiguration(
        resources: settings.resources, captureLimits: settings.captureLimits, readers: settings.readers,
        progress: progress.handle))
  }
}
