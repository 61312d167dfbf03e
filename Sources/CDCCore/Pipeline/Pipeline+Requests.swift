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
        try await Task.sleep(for: .milliseconds(200))
        if let outcome = try await desk.outcome(of: request) {
          try await desk.withdraw(request)
          return try report(outcome, of: request, since: started)
        }
        guard let checkpoint = try await openIfFree() else { continue }
        try await desk.withdraw(request)
        return try await reload(tables, after: checkpoint)
      }
    } catch {
      try? await desk.withdraw(request)
      throw error
    }
  }

  /// Nil where another run has the pipeline.
  private func openIfFree() async throws -> Checkpoint?? {
    do { return .some(try await destination.open(pipeline: name)) } catch let error as CDCError
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

  /// Has `found` called once requests wait, if any can; the task ends then.
  func watchForRequests(_ found: @escaping @Sendable ([LoadRequest]) -> Void) -> Task<Void, any Error>? {
    guard let desk = destination as? any LoadRequests else { return nil }
    return Task {
      while true {
        try await Task.sleep(for: .seconds(1))
        let requests = try await desk.loadRequests(pipeline: name)
        if !requests.isEmpty { return found(requests) }
      }
    }
  }

  /// Loads what was asked for, as it is now.
  ///
  /// - Parameter checkpoint: the last one.
  func serve(_ requests: [LoadRequest], beside checkpoint: Checkpoint) async throws -> [LoadReport] {
    guard let desk = destination as? any LoadRequests else { return [] }
    var reports: [LoadReport] = []
    for request in requests {
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
      } catch let error as CancellationError {
        throw error
      } catch let error as any Retryable where error.isRetryable {
        // The request waits for the next attempt.
        throw error
      } catch {
        logger.error("the tables could not be loaded", metadata: ["error": "\(error)"])
        try await desk.answer(request, .failed("\(error)"))
      }
    }
    return reports
  }
}

/// Ends the reading of a stream, so that what was asked for can be loaded.
struct LoadsAskedFor: Error {
  var requests: [LoadRequest]
}

/// Requests that were found beside a stream.
final class FoundRequests: Sendable {
  private let requests = Mutex<[LoadRequest]>([])

  func note(_ found: [LoadRequest]) { requests.withLock { $0 = found } }
  var all: [LoadRequest] { requests.withLock { $0 } }
}
