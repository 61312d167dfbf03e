public import Logging

/// Copies a source's tables to a destination and keeps them equal.
///
///     let pipeline = Pipeline(name: "shop", source: source, destination: lake)
///     try await pipeline.fullLoad()                  // a consistent snapshot replaces the tables
///     try await pipeline.capture()                   // applies what changed since, then returns
///
/// One runner a name at a time. Everything here can be killed at any moment: what is visible at the destination is
/// always a state that the source had, and the next run goes on from its checkpoint.
public struct Pipeline: Sendable {
  public let name: String
  public let source: any ChangeSource
  public let destination: any Destination
  public let configuration: PipelineConfiguration
  public let logger: Logger

  public init(
    name: String, source: any ChangeSource, destination: any Destination,
    configuration: PipelineConfiguration = PipelineConfiguration(),
    logger: Logger? = nil
  ) {
    self.name = name
    self.source = source
    self.destination = destination
    self.configuration = configuration
    self.logger = logger ?? Logger(label: "cdc.pipeline")
  }

  /// Where a run of `capture` ends.
  public enum CaptureEnd: Sendable, Hashable {
    /// At the source's end of log as it is when reading begins.
    case drained
    case position(LSN)
    /// On cancellation or graceful stop only.
    case never
  }

  /// Runs work until it succeeds, fails for good, or makes no progress in too many attempts.
  func retrying<Result>(_ work: (_ progressed: () -> Void) async throws -> Result) async throws -> Result {
    var attempt = 1
    while true {
      do {
        return try await work { attempt = 1 }
      } catch let error as any Retryable
        where error.isRetryable && attempt < configuration.retry.attempts && !isStopping
      {
        attempt += 1
        let pause = configuration.retry.delay(before: attempt)
        logger.warning("attempt failed, trying again", metadata: ["error": "\(error)", "pause": "\(pause)"])
        configuration.progress?(.retrying(error, after: pause))
        try await Task.sleep(for: pause)
      }
    }
  }
}
