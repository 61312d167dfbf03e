internal import Logging
#if ServiceLifecycle
  public import ServiceLifecycle

  extension Pipeline: Service {
    /// Runs until a graceful stop: a full load where none has finished yet, then capture without end. A stop ends after
    /// the package at hand; what is not whole is abandoned and read again by the next run.
    public func run() async throws {
      do {
        try await capture(until: .never)
      } catch let error as CDCError where error.code == .noCheckpoint {
        do {
          _ = try await cancelWhenGracefulShutdown { try await fullLoad() }
        } catch is CancellationError where isStopping {
          return
        }
        try await capture(until: .never)
      }
    }
  }

  /// A stop has been asked for: what fails now is not tried again.
  var isStopping: Bool { Task.isShuttingDownGracefully }

  func cancellingOnGracefulShutdown<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await cancelWhenGracefulShutdown(body)
  }

  func cancellingOnGracefulShutdown<Failure>(
    _ task: Task<Void, Failure>, _ body: () async throws -> Void
  ) async throws {
    try await withGracefulShutdownHandler {
      try await body()
    } onGracefulShutdown: {
      task.cancel()
    }
  }
#else
  let isStopping = false

  func cancellingOnGracefulShutdown<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await body()
  }

  func cancellingOnGracefulShutdown<Failure>(
    _ task: Task<Void, Failure>, _ body: () async throws -> Void
  ) async throws {
    try await body()
  }
#endif
