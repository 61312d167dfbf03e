package import CDCCore
internal import Logging
internal import Synchronization

/// Runs SQL on a warehouse through the Statement Execution API.
///
/// A stopped warehouse starts for the first statement, which waits for it as long as that takes.
package final class SQLWarehouse: Sendable {
  package let client: WorkspaceClient
  package let warehouseID: String
  private let tags: [String: String]
  private let conflicts: RetryPolicy
  /// The workspace has said that it does not know query tags.
  private let refusesTags = Mutex(false)
  /// Takes the sentence that the warehouse is still starting.
  private let onWaiting: @Sendable (String) -> Void
  private let patience: Duration
  private let lastHeard = Mutex<ContinuousClock.Instant?>(nil)

  /// - Parameters:
  ///   - tags: go with every statement where the workspace takes them; at most 20.
  ///   - patience: after so long a warehouse that was not heard of lately is asked whether it is starting.
  ///   - onWaiting: is told so, once a start; nil: the log is.
  ///   - conflicts: how often a statement that lost against a concurrent commit is run again.
  package init(
    _ client: WorkspaceClient, warehouseID: String, tags: [String: String] = [:],
    patience: Duration = .seconds(5), onWaiting: (@Sendable (String) -> Void)? = nil,
    conflicts: RetryPolicy = RetryPolicy(
      attempts: 10, firstDelay: .milliseconds(200), longestDelay: .seconds(15))
  ) {
    self.client = client
    self.warehouseID = warehouseID
    self.tags = tags
    self.patience = patience
    self.onWaiting = onWaiting ?? { [logger = client.logger] in logger.notice("\($0)") }
    self.conflicts = conflicts
  }

  /// Runs one statement to its end; its result must stay under 25 MiB.
  ///
  /// A statement that lost against a concurrent commit has changed nothing and is run again; others that
  /// fail are not. A cancelled task cancels the statement.
  ///
  /// - Parameter isReplayable: running it twice changes nothing more than running it once: where the answer to
  ///   its submission is lost, it is submitted again instead of throwing `answerLost`.
  @discardableResult
  package func execute(
    _ statement: String, parameters: [SQLParameter] = [], isReplayable: Bool = false
  ) async throws -> StatementResult {
    try await retryingConflicts {
      let run = run(statement, parameters, .inline, isReplayable)
      return try await Self.result(from: try await tellingOfTheStart { try await run.end() }, of: run)
    }
  }

  /// Runs a query and hands its rows over chunk by chunk, in order; for results of any size.
  @discardableResult
  package func rows(
    _ statement: String, parameters: [SQLParameter] = [], sink: ([[String?]]) async throws -> Void
  ) async throws -> [StatementColumn] {
    let run = run(statement, parameters, .externalLinks, true)
    let first = try await retryingConflicts { try await tellingOfTheStart { try await run.end() } }
    guard !first.isTruncated else {
      throw DatabricksError(
        .invalidAnswer, "The result is larger than Databricks hands out (100 GiB).", statementID: first.id)
    }
    var next: Int? = first.chunk.links.isEmpty && first.chunk.rows.isEmpty ? nil : 0
    var chunk = first.chunk
    while let index = next {
      let rows = try await run.rows(of: chunk, index: index)
      if !rows.isEmpty { try await sink(rows) }
      next = chunk.nextIndex
      // A link is good for minutes only: the next one is asked for when it is needed.
      if let next { chunk = try await run.chunk(next) }
    }
    return first.columns
  }

  private static func result(
    from first: StatementAnswer, of run: StatementRun
  ) async throws -> StatementResult {
    var chunk = first.chunk
    var rows = chunk.rows
    while let index = chunk.nextIndex {
      chunk = try await run.chunk(index)
      rows += chunk.rows
    }
    return StatementResult(columns: first.columns, rows: rows)
  }

  private func run(
    _ statement: String, _ parameters: [SQLParameter], _ disposition: StatementRequest.Disposition,
    _ isReplayable: Bool
  ) -> StatementRun {
    let tags = refusesTags.withLock { $0 } ? [:] : tags
    let request = StatementRequest(
      statement: statement, warehouseID: warehouseID, parameters: parameters, tags: tags,
      disposition: disposition)
    return StatementRun(client: client, request: request, isReplayable: isReplayable) { [weak self] in
      self?.refusesTags.withLock { $0 = true }
    }
  }

  // MARK: Waiting

  /// A stopped warehouse takes from seconds to minutes: whoever watches should know.
  private func tellingOfTheStart<T>(_ body: () async throws -> T) async throws -> T {
    let isKnownToRun = lastHeard.withLock { $0.map { .now - $0 < Self.shortestIdleTime } ?? false }
    if isKnownToRun { return try await heard(body) }
    let watch = Task {
      try await Task.sleep(for: patience)
      let warehouse = try await client.warehouse(warehouseID)
      // Several statements may wait: the first one tells.
      guard warehouse.state != "RUNNING", !Task.isCancelled, lastHeard.withLock({ take(&$0) }) else { return }
      onWaiting("waiting for the SQL warehouse \(warehouse.name) to start")
    }
    defer { watch.cancel() }
    return try await heard(body)
  }

  private func heard<T>(_ body: () async throws -> T) async throws -> T {
    defer { lastHeard.withLock { $0 = .now } }
    return try await body()
  }

  private func take(_ lastHeard: inout ContinuousClock.Instant?) -> Bool {
    if let last = lastHeard, .now - last < Self.shortestIdleTime { return false }
    lastHeard = .now
    return true
  }

  /// No warehouse stops by itself sooner.
  private static let shortestIdleTime = Duration.seconds(60)

  private func retryingConflicts<T>(_ body: () async throws -> T) async throws -> T {
    var attempt = 1
    while true {
      do { return try await body() } catch let error as DatabricksError
        where error.code == .concurrentModification && attempt < conflicts.attempts
      {
        attempt += 1
        client.logger.debug(
          "statement \(error.statementID ?? "") lost against a concurrent commit: run again")
        try await Task.sleep(for: conflicts.delay(before: attempt))
      }
    }
  }
}
