import CDCCore

/// What the catalog says about the tables of a pipeline's resources, at one moment.
struct Catalog: Sendable {
  /// Sorted by name.
  var tables: [CatalogTable]
  var types: TypeMap

  func table(oid: UInt32) -> CatalogTable? { tables.first { $0.oid == oid } }

  /// Reads the tables that `resources` match.
  ///
  /// - Parameters:
  ///   - publications: the pipeline's.
  ///   - known: tables that may be gone.
  /// - Throws: `CDCError` where a pattern without `*` names something that cannot be captured, or none matches at all.
  static func read(
    _ resources: ResourceList, publications: [String] = [], known: Set<TableName> = [],
    from connection: PostgresConnection
  ) async throws -> Catalog {
    let all = try await relations(from: connection, publications: publications)
    let tables = try selection(of: resources, from: all, known: known)
    return try await completed(tables, publications: publications, from: connection)
  }

  /// Reads single tables as they are now; those that are gone are left out.
  static func read(
    tables oids: [UInt32], publications: [String], from connection: PostgresConnection
  ) async throws -> Catalog {
    if oids.isEmpty { return Catalog(tables: [], types: TypeMap()) }
    let list = oids.map(String.init).joined(separator: ", ")
    let found = try await relations(
      from: connection, publications: publications, where: "c.oid IN (\(list))")
    return try await completed(found, publications: publications, from: connection)
  }

  private static func completed(
    _ tables: [CatalogTable], publications: [String], from connection: PostgresConnection
  ) async throws -> Catalog {
    var tables = tables
    let columns = try await columns(
      of: tables.map(\.oid), publications: publications, from: connection)
    for index in tables.indices { tables[index].columns = columns[tables[index].oid] ?? [] }
    let oids = Set(tables.flatMap { $0.columns.map(\.type) })
    return Catalog(tables: tables, types: try await types(oids, from: connection))
  }

  private static func selection(
    of resources: ResourceList, from all: [CatalogTable], known: Set<TableName>
  ) throws -> [CatalogTable] {
    for resource in resources.resources where !resource.pattern.contains("*") {
      // A temporary table is found by its name alone: its schema is one that nobody names.
      let named =
        all.first { resource.matches($0.tableName) }
        ?? all.first {
          $0.persistence == "t" && resource.matches(TableName(schema: "public", name: $0.name))
        }
      guard let table = named else {
        if known.contains(where: resource.matches) { continue }
        throw CDCError(
          .configuration,
          "There is no table \(resource.pattern) in this database, or the user may not see it. Names are taken "
            + "as the catalog spells them (schema.table, case matters); check the list of tables.")
      }
      if let reason = table.reasonNotCapturable {
        throw CDCError(.configuration, reason, table: table.tableName)
      }
    }
    let selected = all.filter { table in
      table.reasonNotCapturable == nil && resources.hints(for: table.tableName) != nil
    }
    guard !selected.isEmpty || known.contains(where: { resources.hints(for: $0) != nil }) else {
      let patterns = resources.resources.map(\.pattern).joined(separator: ", ")
      throw CDCError(
        .configuration,
        "No table matches \(patterns). Patterns are schema.table, with * for any run of characters; views, "
          + "temporary, unlogged and foreign tables are not captured. Check the database's name and the patterns."
      )
    }
    return selected.sorted { $0.tableName < $1.tableName }
  }
}

extension CatalogTable {
  var tableName: TableName { TableName(schema: schema, name: name) }

  /// A sentence, where the relation has no changes of its own that could be captured.
  var reasonNotCapturable: String? {
    switch kind {
    case "v", "m":
      return "A view has no changes of its own: name the tables that it reads instead."
    case "f": return "A foreign table lives on another server: capture it there."
    default: break
    }
    if isPartition {
      return "A partition is captured as part of its partitioned table: name that table instead."
    }
    if persistence == "t" {
      return "A temporary table belongs to one session and leaves no changes in the log: leave it out."
    }
    if persistence == "u" {
      return
        "An unlogged table leaves no changes in the log: ALTER TABLE … SET LOGGED first, or leave it out."
    }
    return nil
  }
}
