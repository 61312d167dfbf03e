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

  /// - Parameters:
  ///   - tags: go with every statement where the workspace takes them; at most 20.
  ///   - conflicts: how often a statement that lost against a concurrent commit is run again.
  package init(
    _ client: WorkspaceClient, warehouseID: String, tags: [String: String] = [:],
    conflicts: RetryPolicy = RetryPolicy(
      attempts: 10, firstDelay: .milliseconds(200), longestDelay: .seconds(15))
  ) {
    self.client = client
    self.warehouseID = warehouseID
    self.tags = tags
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
      return try await Self.result(from: try await run.end(), of: run)
    }
  }

  /// Runs a query and hands its rows over chunk by chunk, in order; for results of any size.
  @discardableResult
  package func rows(
    _ statement: String, parameters: [SQLParameter] = [], sink: ([[String?]]) async throws -> Void
  ) async throws -> [StatementColumn] {
    let run = run(statement, parameters, .externalLinks, true)
    let first = try await retryingConflicts { try await run.end() }
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

  /// Waits for a statement that was submitted before, and whose answer was lost afterwards.
  package func outcome(ofStatement id: String) async throws -> StatementResult {
    let run = run("", [], .inline, false)
    return try await Self.result(from: try await run.end(of: id), of: run)
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
    return StatementResult(statementID: first.id, columns: first.columns, rows: rows)
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
