import CDCCore

/// Whether a publication brings all that the copies of its tables need, whoever made it.
///
/// What it does not publish is not in the stream, and nothing there says so: operations that `publish` leaves out, and the changes
/// of a partitioned table, which come under its partitions' names unless `publish_via_partition_root` is on (manual, "CREATE
/// PUBLICATION").
struct PublicationReach: Sendable {
  let publication: Publication
  /// Tables of which operations that their copies need are left out.
  private(set) var thinned: [TableName] = []
  /// Those operations, in PostgreSQL's order.
  private(set) var leftOut: [String] = []
  /// Partitioned tables whose changes have other names.
  private(set) var scattered: [TableName] = []

  private static let operations = ["insert", "update", "delete", "truncate"]

  /// - Parameter tables: those that it holds, or is to hold, with the disposition of each.
  init(_ publication: Publication, of tables: [(table: CatalogTable, disposition: WriteDisposition)]) {
    self.publication = publication
    var missing: Set<String> = []
    for (table, disposition) in tables {
      let needed = Self.needs(of: table, disposition)
      let lacking = needed.subtracting(publication.operations)
      if !lacking.isEmpty { thinned.append(table.tableName) }
      missing.formUnion(lacking)
      if table.kind == "p", !needed.isEmpty, !publication.isViaPartitionRoot {
        scattered.append(table.tableName)
      }
    }
    leftOut = Self.operations.filter(missing.contains)
  }

  /// Without a replica identity a table's updates and deletes cannot be published.
  private static func needs(of table: CatalogTable, _ disposition: WriteDisposition) -> Set<String> {
    switch disposition {
    case .replace: []
    case .insertOnly: ["insert"]
    default: table.hasUsableIdentity ? Set(operations) : ["insert", "truncate"]
    }
  }

  /// As the end of a sentence that begins with the publication's name; nil where nothing is missing.
  var shortcoming: String? {
    // Its tables are not listed, so nothing tells whether one has been in it all the time.
    if publication.isForAllTables { return "is FOR ALL TABLES, and must list its tables" }
    var parts: [String] = []
    if !leftOut.isEmpty {
      parts.append("does not publish \(leftOut.joined(separator: ", ")) of \(Self.list(thinned))")
    }
    if !scattered.isEmpty {
      parts.append("publishes the changes of \(Self.list(scattered)) under the names of partitions")
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", and ")
  }

  /// What its owner has to run, where it lists its tables.
  var remedy: String {
    var options: [String] = []
    if !leftOut.isEmpty {
      let all = Self.operations.filter { publication.operations.contains($0) || leftOut.contains($0) }
      options.append("publish = '\(all.joined(separator: ", "))'")
    }
    if !scattered.isEmpty { options.append("publish_via_partition_root = true") }
    return
      "ALTER PUBLICATION \(SQLQuoting.identifier(publication.name)) SET (\(options.joined(separator: ", ")))"
  }

  private static func list(_ tables: [TableName]) -> String {
    let names = tables.prefix(5).map(\.description).joined(separator: ", ")
    return tables.count > 5 ? "\(names) and \(tables.count - 5) more" : names
  }

  var error: CDCError? {
    guard let shortcoming else { return nil }
    let advice =
      publication.isForAllTables
      ? "Drop it, and let the tables' owner make it as cdc check says, or let a full load make it"
      : "Let its owner run \(remedy)"
    return CDCError(
      .configuration,
      "Publication \(publication.name) \(shortcoming): copies would differ from their tables, and nothing would tell. "
        + "\(advice). What was left out is in no log: where tables were loaded before, load them again after it "
        + "(cdc run --mode full_load).")
  }
}

extension PostgresSource {
  /// What the pipeline's publications bring of the tables, each of which is, or comes to be, in the one that is for it.
  ///
  /// - Parameter layouts: in the tables' order.
  func publicationReaches(
    _ tables: [CatalogTable], _ layouts: [TableLayout], on connection: PostgresConnection
  ) async throws -> [PublicationReach] {
    var reaches: [PublicationReach] = []
    for (name, hasIdentity) in [(publicationName, true), (insertPublicationName, false)] {
      guard let publication = try await connection.publication(name) else { continue }
      let held = zip(tables, layouts).filter { $0.0.hasUsableIdentity == hasIdentity }
      reaches.append(
        PublicationReach(
          publication, of: held.map { ($0.0, resources.disposition(of: $0.1.schema)) }))
    }
    return reaches
  }

  /// - Throws: `CDCError.Code.configuration` where a publication leaves out what the copies need.
  func requireReach(
    _ tables: [CatalogTable], _ layouts: [TableLayout], on connection: PostgresConnection
  ) async throws {
    for reach in try await publicationReaches(tables, layouts, on: connection) {
      if let error = reach.error { throw error }
    }
  }
}
