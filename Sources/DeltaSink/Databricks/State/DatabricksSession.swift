import CDCCore
import Logging

/// What a destination speaks through: statements and files of one dataset.
struct DatabricksSession: Sendable {
  let options: DatabricksOptions
  let layout: DatabricksLayout
  let warehouse: SQLWarehouse
  let files: VolumeFiles
  let logger: Logger

  init(_ options: DatabricksOptions) throws {
    let client = try WorkspaceClient(options.workspace)
    self.options = options
    layout = options.layout
    warehouse = SQLWarehouse(
      client, warehouseID: options.warehouseID, tags: options.queryTags, onWaiting: options.onWaiting)
    files = VolumeFiles(client)
    logger = client.logger
  }

  /// Runs a statement that changes nothing more when it is run again; all of ours are so.
  ///
  /// - Throws: `CDCError.fenced` where another runner has taken the pipeline.
  @discardableResult
  func execute(_ statement: String) async throws -> StatementResult {
    try await tellingOfOtherRunners { try await warehouse.execute(statement, isReplayable: true) }
  }

  /// Runs a statement about a table of the dataset.
  ///
  /// - Throws: `DatabricksError.permissionDenied` with the GRANT that is missing.
  @discardableResult
  func execute(_ statement: String, of target: String) async throws -> StatementResult {
    do { return try await execute(statement) } catch var error as DatabricksError
      where error.code == .permissionDenied
    {
      let grant =
        if statement.hasPrefix("CREATE TABLE") {
          "USE SCHEMA, CREATE TABLE ON SCHEMA \(SQLText.name([layout.catalog, layout.schema]))"
        } else if statement.hasPrefix("CREATE OR REPLACE") || statement.hasPrefix("DROP TABLE") {
          "MANAGE ON TABLE \(layout.table(target))"
        } else {
          "SELECT, MODIFY ON TABLE \(layout.table(target))"
        }
      error.message += " What is missing may be: GRANT \(grant) TO `principal`."
      throw error
    }
  }

  /// Runs a query of any size.
  func rows(_ statement: String, sink: ([[String?]]) async throws -> Void) async throws {
    try await tellingOfOtherRunners { _ = try await warehouse.rows(statement, sink: sink) }
  }

  private func tellingOfOtherRunners<T>(_ body: () async throws -> T) async throws -> T {
    do { return try await body() } catch let error as DatabricksError
      where error.message.contains(EpochGuard.marker)
    {
      throw CDCError(
        .fenced, "Another runner has taken this pipeline over. Stop one of the two.", underlying: error)
    }
  }

  /// Runs statements side by side, up to the limit; the first error ends it.
  func forEach<Item: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, item) in items.enumerated() {
        if number >= max(options.statements, 1) { try await group.next() }
        group.addTask { try await body(item) }
      }
      try await group.waitForAll()
    }
  }

  func removeFolder(_ folder: String) async {
    do {
      try await files.deleteTree(folder)
    } catch {
      logger.warning(
        "staged files stay until the next run", metadata: ["folder": "\(folder)", "error": "\(error)"])
    }
  }
}

extension DatabricksError {
  /// A catalog, schema or table is not there.
  var isMissingPlace: Bool {
    guard code != .permissionDenied else { return false }
    let classes = [
      "TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND", "NO_SUCH_CATALOG_EXCEPTION", "CATALOG_NOT_FOUND",
      "NO_SUCH_SCHEMA_EXCEPTION",
    ]
    return classes.contains { errorCode?.hasPrefix($0) == true || message.contains("[\($0)") }
  }
}
