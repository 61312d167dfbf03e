/// Runs SQL on a warehouse through the Statement Execution API.
package final class SQLWarehouse: Sendable {
  package let client: WorkspaceClient
  package let warehouseID: String
  private let tags: [String: String]

  package init(_ client: WorkspaceClient, warehouseID: String, tags: [String: String] = [:]) {
    self.client = client
    self.warehouseID = warehouseID
    self.tags = tags
  }

  /// Runs one statement to its end. A cancelled task cancels the statement.
  ///
  /// - Parameter isReplayable: running it twice changes nothing more than running it once: where the answer to
  ///   its submission is lost, it is submitted again instead of throwing `answerLost`.
  @discardableResult
  package func execute(
    _ statement: String, parameters: [SQLParameter] = [], isReplayable: Bool = false
  ) async throws -> StatementResult {
    throw DatabricksError(.unavailable, "Statements cannot be run yet.")
  }

  /// Runs a query and hands its rows over chunk by chunk, in order; for results of any size.
  @discardableResult
  package func rows(
    _ statement: String, parameters: [SQLParameter] = [], sink: ([[String?]]) async throws -> Void
  ) async throws -> [StatementColumn] {
    throw DatabricksError(.unavailable, "Statements cannot be run yet.")
  }
}
