import CDCCore
import Logging

/// The pipeline's publications: one for tables with a replica identity, one that leaves out updates and deletes for
/// tables without. In a publication of updates a table without identity would make UPDATE fail in the source.
extension PostgresSource {
  /// Makes the publications hold exactly these tables; does nothing where they do.
  func preparePublications(_ tables: [CatalogTable], on connection: PostgresConnection) async throws {
    do {
      try await preparePublication(
        publicationName, publishing: "insert, update, delete, truncate", isRequired: true,
        tables: tables.filter(\.hasUsableIdentity), on: connection)
      try await preparePublication(
        insertPublicationName, publishing: "insert, truncate", isRequired: false,
        tables: tables.filter { !$0.hasUsableIdentity }, on: connection)
    } catch { throw explained(error) }
  }

  private func preparePublication(
    _ name: String, publishing operations: String, isRequired: Bool, tables: [CatalogTable],
    on connection: PostgresConnection
  ) async throws {
    let quoted = SQLQuoting.identifier(name)
    let wanted = Set(tables.map(\.oid))
    let list = tables.map(\.quotedName).joined(separator: ", ")
    guard let published = try await publishedTables(name, on: connection) else {
      guard isRequired || !tables.isEmpty else { return }
      try await connection.execute(
        "CREATE PUBLICATION \(quoted)\(tables.isEmpty ? "" : " FOR TABLE \(list)") "
          + "WITH (publish = '\(operations)', publish_via_partition_root = true)")
      logger.info("publication created", metadata: ["publication": "\(name)", "tables": "\(tables.count)"])
      return
    }
    guard published != wanted else { return }
    if tables.isEmpty {
      try await connection.execute("DROP PUBLICATION \(quoted)")
      if isRequired {
        try await preparePublication(
          name, publishing: operations, isRequired: true, tables: [], on: connection)
      }
    } else {
      try await connection.execute("ALTER PUBLICATION \(quoted) SET TABLE \(list)")
    }
    logger.info("publication changed", metadata: ["publication": "\(name)", "tables": "\(tables.count)"])
  }

  /// The tables that the publication names; nil where there is none.
  func publishedTables(
    _ name: String, on connection: PostgresConnection
  ) async throws -> Set<UInt32>? {
    let result = try await connection.query(
      """
      SELECT r.prrelid FROM pg_publication p LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid
      WHERE p.pubname = $1
      """, [name])
    guard !result.rows.isEmpty else { return nil }
    return Set(result.rows.compactMap { $0.first?.flatMap(UInt32.init) })
  }

  /// Those of the pipeline's publications that exist, to be named when streaming starts.
  func existingPublications(on connection: PostgresConnection) async throws -> [String] {
    try await connection.query(
      "SELECT pubname FROM pg_publication WHERE pubname IN ($1, $2) ORDER BY 1",
      [publicationName, insertPublicationName]
    ).rows.compactMap { $0.first ?? nil }
  }
}
