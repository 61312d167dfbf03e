import CDCCore
import Logging

/// The tables at the source held against those at the destination, at the moment when a stream begins.
struct TableSurvey: Sendable {
  var catalog: Catalog
  /// By catalog and hints, in the catalog's order.
  var layouts: [TableLayout]
  /// The log's end when the catalog was read, or later: what the catalog shows has committed before.
  var position: LSN
  /// The server's clock, microseconds since 1970-01-01T00:00:00Z.
  var time: Int64
  /// Tables that changes cannot bring up.
  var unsynced: [TableName: String] = [:]
  /// Tables whose new shape no change may ever tell of.
  var reshaped: [TableLayout] = []
  /// What tables went through, each as the end of a sentence.
  var changes: [TableName: [String]] = [:]
  /// Tables of the destination that are no longer followed.
  var removed: [TableName] = []
}

extension PostgresSource {
  /// - Throws: `CDCError.Code.schemaContract`, before anything is changed anywhere; `CDCError.Code.configuration` where a
  ///   publication leaves out what the copies need.
  func survey(_ held: [HeldTable]?, on connection: PostgresConnection) async throws -> TableSurvey {
    let names = Set(held?.map(\.schema.name) ?? [])
    let catalog = try await connection.atOneMoment {
      try await self.catalog(known: names, on: connection)
    }
    var survey = TableSurvey(
      catalog: catalog, layouts: try layouts(catalog).holdingBack(columnsSince: held),
      position: LSN(try await connection.currentWALPosition().rawValue),
      time: try await connection.currentTime())
    // One that is not published yet is none of the publications' business.
    let published = catalog.tables.indices.filter { !catalog.tables[$0].membership.isEmpty }
    try await requireReach(
      published.map { catalog.tables[$0] }, published.map { survey.layouts[$0] }, on: connection)
    guard let held else { return survey }
    let insertOnly = try await publishedTables(insertPublicationName, on: connection) ?? [:]
    let known = Dictionary(held.map { ($0.schema.name, $0) }) { first, _ in first }
    for (table, layout) in zip(catalog.tables, survey.layouts) {
      if let held = known[table.tableName] {
        try survey.compare(held, layout, table)
        // Its identity may have come just while it was loaded: nothing else tells of it then.
        if insertOnly[table.oid] != nil, table.hasUsableIdentity, survey.unsynced[table.tableName] == nil,
          ![.insertOnly, .replace].contains(resources.disposition(of: layout.schema))
        {
          survey.unsynced[table.tableName] =
            "it has a replica identity now, and its updates and deletes were not published"
        }
      } else {
        try take(table, layout, into: &survey)
      }
    }
    let found = Set(catalog.tables.map(\.tableName))
    survey.removed = names.filter { !found.contains($0) }.sorted()
    return survey
  }

  /// A table that the destination does not have.
  private func take(_ table: CatalogTable, _ layout: TableLayout, into survey: inout TableSurvey) throws {
    let name = table.tableName
    let isNamed = resources.resources.first { $0.matches(name) }?.pattern.contains("*") == false
    if !isNamed {
      switch layout.contract.tables {
      case .evolve: break
      case .freeze:
        throw CDCError(
          .schemaContract,
          "The table is new in the source, and the contract of its pattern is to stop there. Name the table itself to have "
            + "it copied, or set the contract for tables to evolve.", table: name)
      case .discardRow, .discardValue:
        logger.info("the table is new and left out, as its contract says", metadata: ["table": "\(name)"])
        return
      }
    }
    if !isNamed, !table.isOwned, table.membership.isEmpty {
      logger.warning(
        "the table is new, but its owner is another: it is left out until somebody publishes it (see cdc check)",
        metadata: ["table": "\(name)"])
      return
    }
    survey.unsynced[name] = "it is new"
  }
}

extension TableSurvey {
  fileprivate mutating func compare(_ held: HeldTable, _ layout: TableLayout, _ table: CatalogTable) throws {
    let drift = TableDrift(
      from: held.schema, to: layout.schema, table, isMergedByRow: layout.isMergedByRow)
    try drift.check(layout.contract, table: table.tableName)
    if !drift.changes.isEmpty { changes[table.tableName] = drift.changes }
    if let reason = drift.reason {
      unsynced[table.tableName] = reason
    } else if table.membership.isEmpty, held.mark != nil {
      unsynced[table.tableName] = "it was not published"
    } else if !drift.changes.isEmpty {
      reshaped.append(layout)
    }
  }
}

extension PostgresConnection {
  /// Has all queries of `body` see the catalogs as they are at one moment.
  nonisolated func atOneMoment<Result: Sendable>(
    _ body: () async throws -> Result
  ) async throws -> Result {
    try await execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    let result = try await body()
    try await execute("COMMIT")
    return result
  }
}
