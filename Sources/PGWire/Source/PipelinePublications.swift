import CDCCore
import Logging

/// The pipeline's publications: one for tables with a replica identity, one that leaves out updates and deletes for
/// tables without. In a publication of updates a table without identity would make UPDATE fail in the source.
extension PostgresSource {
  var publicationNames: [String] { [publicationName, insertPublicationName] }

  /// The tables of the resources as the catalog has them now.
  ///
  /// - Parameter known: tables that may be gone.
  func catalog(known: Set<TableName> = [], on connection: PostgresConnection) async throws -> Catalog {
    try await Catalog.read(resources, publications: publicationNames, known: known, from: connection)
  }

  /// Has the publications hold these tables, each in that which is for it; does nothing where they do.
  ///
  /// - Parameter othersStay: tables that are published beside these are left alone; else they are taken out.
  func preparePublications(
    _ tables: [CatalogTable], othersStay: Bool = false, on connection: PostgresConnection
  ) async throws {
    let wanted = [
      tables.filter(\.hasUsableIdentity), tables.filter { !$0.hasUsableIdentity },
    ]
    do {
      var statements: [String] = []
      var optional: [String] = []
      let publishesGenerated = try await connection.query(
        "SELECT \(Catalog.publishesGenerated("ARRAY[$1, $2]"))", publicationNames
      ).scalar
      let generated = publishesGenerated == "t" ? ", publish_generated_columns = stored" : ""
      for (index, name) in publicationNames.enumerated() {
        let operations = index == 0 ? "insert, update, delete, truncate" : "insert, truncate"
        let others = wanted[1 - index]
        guard let published = try await publishedTables(name, on: connection) else {
          // A stream that starts before the publication was made would fail: the server looks it up as of then.
          if othersStay {
            if wanted[index].isEmpty { continue }
            throw CDCError(
              .configuration,
              "The source has no publication \(name), so table \(wanted[index][0].tableName) cannot be added beside the "
                + "others. A full load of all tables creates it: cdc run --mode full_load.")
          }
          let list = wanted[index].map(\.quotedName).joined(separator: ", ")
          let statement =
            "CREATE PUBLICATION \(SQLQuoting.identifier(name))\(list.isEmpty ? "" : " FOR TABLE \(list)") "
            + "WITH (publish = '\(operations)', publish_via_partition_root = true\(generated))"
          // Made without tables so that one can be added later.
          if index == 1, list.isEmpty { optional.append(statement) } else { statements.append(statement) }
          continue
        }
        let dropped = published.filter { oid, _ in
          othersStay
            ? others.contains { $0.oid == oid } : !wanted[index].contains { $0.oid == oid }
        }.values.sorted()
        let added = wanted[index].filter { published[$0.oid] == nil }.map(\.quotedName)
        // Taken out first: between the two no update may fail for want of an identity.
        for (verb, list) in [("DROP", dropped), ("ADD", added)] where !list.isEmpty {
          statements.append(
            "ALTER PUBLICATION \(SQLQuoting.identifier(name)) \(verb) TABLE \(list.joined(separator: ", "))")
        }
      }
      try await execute(statements, on: connection)
      do { try await execute(optional, on: connection) } catch let error as PostgresError
        where error.isWriteRefused
      { logger.debug("the user may not create publications", metadata: ["error": "\(error)"]) }
    } catch { throw explained(error) }
  }

  /// Takes tables out of the publications that are no longer asked for. A user who may not do so gets their changes, which are
  /// passed over.
  func unpublish(allBut tables: [CatalogTable], on connection: PostgresConnection) async throws {
    let wanted = Set(tables.map(\.oid))
    for name in publicationNames {
      let published = try await publishedTables(name, on: connection) ?? [:]
      let list = published.filter { !wanted.contains($0.key) }.values.sorted().joined(separator: ", ")
      if list.isEmpty { continue }
      do {
        try await execute(
          ["ALTER PUBLICATION \(SQLQuoting.identifier(name)) DROP TABLE \(list)"], on: connection)
      } catch let error as PostgresError where error.isWriteRefused {
        logger.warning(
          "tables stay in the publication", metadata: ["tables": "\(list)", "error": "\(error)"])
      }
    }
  }

  private func execute(_ statements: [String], on connection: PostgresConnection) async throws {
    if statements.isEmpty { return }
    try await connection.execute("BEGIN")
    do {
      for statement in statements { try await connection.execute(statement) }
      try await connection.execute("COMMIT")
    } catch {
      try? await connection.execute("ROLLBACK")
      throw error
    }
    for statement in statements {
      logger.info("publication changed", metadata: ["statement": "\(statement)"])
    }
  }

  /// The tables that the publication names, as SQL spells them, by OID; nil where there is no such publication.
  func publishedTables(
    _ name: String, on connection: PostgresConnection
  ) async throws -> [UInt32: String]? {
    let result = try await connection.query(
      """
      SELECT r.prrelid, quote_ident(n.nspname) || '.' || quote_ident(c.relname)
      FROM pg_publication p LEFT JOIN (pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace) ON r.prpubid = p.oid
      WHERE p.pubname = $1
      """, [name])
    guard !result.rows.isEmpty else { return nil }
    var tables: [UInt32: String] = [:]
    for row in result.rows {
      if row.count == 2, let oid = row[0].flatMap(UInt32.init), let name = row[1] { tables[oid] = name }
    }
    return tables
  }

  /// Those of the pipeline's publications that exist, to be named when streaming starts.
  func existingPublications(on connection: PostgresConnection) async throws -> [String] {
    try await connection.query(
      "SELECT pubname FROM pg_publication WHERE pubname IN ($1, $2) ORDER BY 1",
      [publicationName, insertPublicationName]
    ).rows.compactMap { $0.first ?? nil }
  }
}
