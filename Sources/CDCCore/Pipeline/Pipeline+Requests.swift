internal import Logging
internal import Synchronization

/// Loads that one process asks another for: the command `cdc run --mode full_load --tables …` beside a run without end.
extension Pipeline {
  /// Asks the run that has the pipeline, and waits. Where that run ends meanwhile, this one loads the tables.
  func askForLoad(of tables: Set<TableName>, at desk: any LoadRequests) async throws -> LoadReport {
    let started = ContinuousClock.now
    let request = try await desk.requestLoad(of: tables, pipeline: name)
    for table in tables.sorted() {
      configuration.progress?(.resyncing(table, reason: "the run that has the pipeline is asked for it"))
    }
    do {
      while true {
        try await Task.sleep(for: desk.requestInterval)
        if let outcome = try await desk.outcome(of: request) {
          try await desk.withdraw(request)
          return try report(outcome, of: request, since: started)
        }
        guard let checkpoint = try await openUnlessServed(desk) else { continue }
        try await desk.withdraw(request)
        return try await reload(tables, after: checkpoint)
      }
    } catch {
      try? await desk.withdraw(request)
      throw error
    }
  }

  /// Nil where another run has the pipeline.
  private func openUnlessServed(_ desk: any LoadRequests) async throws -> Checkpoint?? {
    do { return .some(try await desk.openUnlessServed(pipeline: name)) } catch let error as CDCError
      where error.code == .fenced
    { return nil }
  }

  private func report(
    _ outcome: LoadOutcome, of request: LoadRequest, since start: ContinuousClock.Instant
  ) throws -> LoadReport {
    switch outcome {
    case .loaded(var report):
      report.duration = .now - start
      guard let missing = request.tables.subtracting(report.tables.map(\.name)).sorted().first else {
        return report
      }
      throw CDCError(
        .configuration,
        "The run that has the pipeline does not copy the table. Stop it and start it again with settings that name it.",
        table: missing)
    case .failed(let reason):
      throw CDCError(.configuration, "The run that has the pipeline could not load the tables. \(reason)")
    }
  }

  /// Serves requests while `body` captures.
  func serving<Result>(_ body: (RequestWatch?) async throws -> Result) async throws -> Result {
    guard let desk = destination as? any LoadRequests else { return try await body(nil) }
    let watch = RequestWatch()
    let task = Task { [name, logger] in
      while !Task.isCancelled {
        do {
          if try await !desk.loadRequests(pipeline: name).isEmpty { watch.found() }
        } catch is CancellationError {
          return
        } catch {
          logger.debug("requests for loads cannot be read", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: desk.requestInterval)
      }
    }
    func end() async {
      task.cancel()
      await task.value
      await desk.stopServing(pipeline: name)
    }
    do {
      let result = try await body(watch)
      await end()
      return result
    } catch {
      await end()
      throw error
    }
  }

  /// Loads what was asked for, as it is now.
  ///
  /// - Parameter checkpoint: the last one.
  func serveRequests(beside checkpoint: Checkpoint) async throws -> [LoadReport] {
    guard let desk = destination as? any LoadRequests else { return [] }
    var reports: [LoadReport] = []
    for request in try await desk.loadRequests(pipeline: name) {
      for table in request.tables.sorted() {
        logger.notice("the table is loaded", metadata: ["table": "\(table)", "because": "it was asked for"])
        configuration.progress?(.resyncing(table, reason: "it was asked for"))
      }
      do {
        let report = try await cancellingOnGracefulShutdown {
          try await load(request.tables, as: nil, beside: checkpoint)
        }
        try await desk.answer(request, .loaded(report))
        reports.append(report)
      } catch {
        // The request waits for the next attempt, or the next run.
        if error is CancellationError || (error as? any Retryable)?.isRetryable == true { throw error }
        if (error as? CDCError)?.code == .fenced { throw error }
        logger.error("the tables could not be loaded", metadata: ["error": "\(error)"])
        try await desk.answer(request, .failed("\(error)"))
      }
    }
    return reports
  }
}

/// Ends the reading of a stream once somebody asks for a load, so that what it had handed over is applied, and the load comes next.
final class RequestWatch: Sendable {
  private struct State {
    var isAsked = false
    var interrupt: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  func found() {
    let interrupt = state.withLock {
      $0.isAsked = true
      return $0.interrupt
    }
    interrupt?()
  }

  /// - Parameter interrupt: ends a stream that now begins.
  func begin(interrupt: @escaping @Sendable () -> Void) {
    state.withLock { $0 = State(isAsked: false, interrupt: interrupt) }
  }

  /// The stream has ended.
  ///
  /// - Returns: whether because of a request.
  func end() -> Bool {
    state.withLock {
      $0.interrupt = nil
      return $0.isAsked
    }
  }
}

/// A stream has ended because loads were asked for.
struct LoadsAskedFor: Error {}
