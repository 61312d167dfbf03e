import CDCCore
internal import Logging

/// The event trigger that tells of each ALTER TABLE where it stands in the log.
extension PostgresSource {
  var definitionTrigger: DefinitionTrigger {
    DefinitionTrigger(name: String(slotName.prefix(58)) + "_ddl", publications: publicationNames)
  }

  /// SQL for a superuser: an event trigger with which tables are followed through any number of changes of their
  /// definitions at a time. Without it, where what the log tells leaves a doubt, the table is loaded again. A pipeline
  /// that finds the trigger uses it; `cleanUp` removes it.
  public static func definitionTrigger(pipeline: String) throws -> String {
    let source = try PostgresSource(connection: "", pipeline: pipeline)
    return (["BEGIN"] + source.definitionTrigger.statements + ["COMMIT"]).map { $0 + ";\n" }.joined()
  }

  func hasDefinitionTrigger(on connection: PostgresConnection) async throws -> Bool {
    try await connection.query(
      "SELECT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = $1 AND evtenabled <> 'D')",
      [definitionTrigger.name]
    ).scalar == "t"
  }

  /// Who may not do so leaves it there: it then writes messages that nobody reads.
  func removeDefinitionTrigger(on connection: PostgresConnection) async throws {
    guard try await hasDefinitionTrigger(on: connection) else { return }
    do {
      for statement in definitionTrigger.removal { try await connection.execute(statement) }
    } catch let error as PostgresError where error.isWriteRefused {
      logger.warning(
        "the event trigger stays: its owner has to drop it",
        metadata: ["statements": "\(definitionTrigger.removal.joined(separator: "; "))"])
    }
  }
}

/// A table as its event trigger has described it.
struct WrittenDefinition: Sendable {
  var table: CatalogTable
  var position: LSN
}
