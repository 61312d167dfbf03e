import CDCCore
import Logging

/// Which destination a slot is for: a comment of the pipeline's publication says so, because a slot cannot.
extension PostgresSource {
  private static let prefix = "cdc: "

  /// The slot is about to be made anew for this destination.
  func takeOwnership(on connection: PostgresConnection) async throws {
    let owner = try await slotOwner(on: connection)
    guard owner != options.owner else { return }
    let comment = options.owner.map { SQLQuoting.literal(Self.prefix + $0) } ?? "NULL"
    do {
      try await connection.execute(
        "COMMENT ON PUBLICATION \(SQLQuoting.identifier(publicationName)) IS \(comment)")
    } catch let error as PostgresError where error.sqlState == "42501" {
      // Somebody else made the publication, and may say what it is for.
      logger.info("the publication's comment stays", metadata: ["publication": "\(publicationName)"])
    }
  }

  /// - Throws: `CDCError.Code.positionLost` where another destination has made the slot anew since.
  func requireOwnership(on connection: PostgresConnection) async throws {
    guard let mine = options.owner, let owner = try await slotOwner(on: connection), owner != mine else {
      return
    }
    throw CDCError(
      .positionLost,
      "The replication slot \(slotName) was made anew for \(owner), so changes for \(mine) are missing. Give the two "
        + "pipelines different names (without one, each destination in Databricks has its own), then load again: "
        + "cdc run --mode full_load.")
  }

  /// Nil where nobody has said.
  private func slotOwner(on connection: PostgresConnection) async throws -> String? {
    let comment = try await connection.query(
      "SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = $1",
      [publicationName])
    return comment.scalar.flatMap { text in
      text.hasPrefix(Self.prefix) ? String(text.dropFirst(Self.prefix.count)) : nil
    }
  }
}
