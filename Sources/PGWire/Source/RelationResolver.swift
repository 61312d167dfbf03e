import CDCCore

/// Finds out what a Relation message leaves unsaid about its table: nullability, comments, the primary key.
///
/// The catalog is believed where its columns are the Relation's, name by name and type by type. Where it has moved on,
/// the Relation holds, and what is known of its columns from before.
struct RelationResolver: Sendable {
  let source: PostgresSource
  /// As it was when streaming began.
  let catalog: Catalog
  let isBinary: Bool
  /// Tables of which only inserts and truncations are published: they count as tables without a key, also if they
  /// have got one since.
  let insertOnly: Set<UInt32>

  /// - Parameter previous: how the table was read so far.
  /// - Returns: nil where no resource names the table.
  func layout(of relation: RelationMessage, previous: TableLayout?) async throws -> TableLayout? {
    let name = TableName(schema: relation.schema, name: relation.name)
    guard let hints = source.resources.hints(for: name) else { return nil }
    var layout = try await layout(of: relation, hints: hints, previous: previous)
    if insertOnly.contains(relation.oid) { layout.schema.key = [] }
    if isBinary, let index = layout.formats.firstIndex(where: { !$0.hasBinaryForm }) {
      throw CDCError(
        .protocolViolation,
        "The table has a new column of a type whose binary form is not known here: the stream starts again and asks "
          + "for text.", table: name, column: layout.schema.columns[index].name, isRetryable: true)
    }
    if let previous { try check(layout, against: previous) }
    return layout
  }

  private func layout(
    of relation: RelationMessage, hints: ResourceHints, previous: TableLayout?
  ) async throws -> TableLayout {
    if let table = catalog.table(oid: relation.oid), table.hasShape(of: relation) {
      return try TableLayout(table, types: catalog.types, hints: hints)
    }
    return try await source.withConnection { connection in
      let now = try await Catalog.read(table: relation.oid, from: connection)
      if let now, let table = now.tables.first, table.hasShape(of: relation) {
        return try TableLayout(table, types: now.types, hints: hints)
      }
      let types = try await Catalog.types(Set(relation.columns.map(\.typeOID)), from: connection)
      let names = try await Catalog.typeNames(relation.columns, from: connection)
      let known = now?.tables.first ?? catalog.table(oid: relation.oid)
      let table = CatalogTable(relation, typeNames: names, known: known, previous: previous?.schema)
      return try TableLayout(table, types: types, hints: hints)
    }
  }

  /// A frozen contract refuses columns that come, go, or change their type.
  private func check(_ layout: TableLayout, against previous: TableLayout) throws {
    guard layout.contract.columns == .freeze else { return }
    let old = Dictionary(uniqueKeysWithValues: previous.schema.columns.map { ($0.name, $0.type) })
    let new = Dictionary(uniqueKeysWithValues: layout.schema.columns.map { ($0.name, $0.type) })
    guard old != new else { return }
    throw CDCError(
      .schemaContract,
      "The table has changed its columns in the source, and its contract is to stop there. Set the contract for "
        + "columns to evolve, or change the table back and run a full load.", table: layout.schema.name)
  }
}

extension CatalogTable {
  /// Whether the columns are those of the message: names, types and modifiers, in order, and the same identity.
  func hasShape(of relation: RelationMessage) -> Bool {
    guard schema == relation.schema, name == relation.name,
      UInt8(ascii: replicaIdentity.unicodeScalars.first ?? "n") == relation.replicaIdentity.rawValue
    else { return false }
    let flagged = Set(relation.columns.filter(\.isKey).map(\.name))
    guard replicaIdentity == "f" || flagged == Set(names(identityNumbers)) else { return false }
    // Generated columns are not sent, unless the publication says so (PostgreSQL 18).
    let sent = columns.filter { !$0.isGenerated }
    return sent.count == relation.columns.count
      && zip(sent, relation.columns).allSatisfy { column, field in
        column.name == field.name && column.type == field.typeOID
          && column.typmod == field.typeModifier
      }
  }

  /// A table as the stream describes it, where the catalog already knows another shape.
  init(
    _ relation: RelationMessage, typeNames: [String], known: CatalogTable?, previous: TableSchema?
  ) {
    let isFull = relation.replicaIdentity == .full
    let keyNames =
      isFull
      ? previous?.keyColumns.map(\.name) ?? known.map { $0.names($0.primaryKey) } ?? []
      : relation.columns.filter(\.isKey).map(\.name)
    let columns = relation.columns.enumerated().map { index, field in
      let old = previous?.columns.first { $0.name == field.name }
      let inCatalog = known?.columns.first { $0.name == field.name }
      return CatalogColumn(
        number: index + 1, name: field.name, type: field.typeOID, typmod: field.typeModifier,
        isNotNull: keyNames.contains(field.name) || old.map { !$0.isNullable } ?? false,
        isGenerated: false, typeName: typeNames.indices.contains(index) ? typeNames[index] : "",
        comment: old?.comment ?? inCatalog?.comment)
    }
    // The key's own order, as it was known; the message has the table's order.
    let order = previous?.keyColumns.map(\.name) ?? known.map { $0.names($0.keyNumbers) } ?? []
    let ordered = Set(order) == Set(keyNames) ? order : keyNames
    self.init(
      oid: relation.oid, schema: relation.schema, name: relation.name, kind: "r",
      isPartition: false, persistence: "p", replicaIdentity: isFull ? "f" : "d",
      comment: previous?.comment ?? known?.comment,
      primaryKey: ordered.compactMap { name in
        columns.first { $0.name == name }?.number
      }, identityIndex: [], hasLeafWithoutIdentity: false, columns: columns)
  }

  func names(_ numbers: [Int]) -> [String] {
    numbers.compactMap { number in columns.first { $0.number == number }?.name }
  }
}

extension Catalog {
  /// `numeric(12,2)`, one for each column.
  static func typeNames(
    _ columns: [RelationMessage.Column], from connection: PostgresConnection
  ) async throws -> [String] {
    let oids = columns.map { String($0.typeOID) }.joined(separator: ",")
    let modifiers = columns.map { String($0.typeModifier) }.joined(separator: ",")
    let sql = """
      SELECT format_type(t.type, t.modifier)
      FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY AS t (type, modifier, number) ORDER BY t.number
      """
    return try await connection.query(sql, ["{\(oids)}", "{\(modifiers)}"]).rows.map {
      ($0.first ?? nil) ?? ""
    }
  }
}
