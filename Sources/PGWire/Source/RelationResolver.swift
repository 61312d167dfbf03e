import CDCCore

/// Finds out what a Relation message leaves unsaid about its table: nullability, comments, the primary key, and which of the
/// columns known so far each of its columns is.
///
/// The catalog is believed where its columns are the Relation's, name by name and type by type. Where it has moved on, the
/// Relation is that of the shape known before, or the table has to be loaded.
struct RelationResolver: Sendable {
  let source: PostgresSource
  /// As it was when streaming began.
  let survey: TableSurvey
  /// The destination's tables; nil where it does not remember them.
  let held: [HeldTable]?
  let isBinary: Bool
  /// Tables of which only inserts and truncations are published: they count as tables without a key, also if they
  /// have got one since.
  let insertOnly: Set<UInt32>

  /// By relation, where its table is ahead of the stream.
  var positions: [RelationID: LSN] {
    var positions: [RelationID: LSN] = [:]
    for table in held ?? [] {
      if let mark = table.mark {
        positions[RelationID(oid: mark.oid, name: table.schema.name)] = table.position
      }
    }
    return positions
  }

  /// - Parameters:
  ///   - previous: how the table was read so far.
  ///   - definition: what the table's definition is at this point of the log, where the source tells.
  /// - Returns: nil where the table is not followed.
  /// - Throws: `UnsyncedTables` where its copy cannot be brought up by changes.
  func layout(
    of relation: RelationMessage, previous: TableLayout?, definition: WrittenDefinition? = nil
  ) async throws -> TableLayout? {
    let name = relation.tableName
    guard let hints = source.resources.hints(for: name) else { return nil }
    let same = previous?.schema.name == name ? previous : nil
    let known =
      same?.schema
      ?? held?.first { $0.schema.name == name && ($0.mark == nil || $0.mark?.oid == relation.oid) }?.schema
    var layout: TableLayout
    if held == nil || known.map({ $0.mark == nil }) ?? false {
      layout = try await unchecked(relation, hints: hints, previous: same)
      if insertOnly.contains(relation.oid) { layout.schema.key = [] }
      if let same { try check(layout, against: same) }
    } else if let known {
      layout = try await followed(relation, hints: hints, known: known.ofSource, definition)
    } else {
      return try await requireUnwanted(relation)
    }
    if isBinary, let index = layout.formats.firstIndex(where: { !$0.hasBinaryForm }) {
      throw CDCError(
        .protocolViolation,
        "The table has a new column of a type whose binary form is not known here: the stream starts again and asks "
          + "for text.", table: name, column: layout.name(of: index), isRetryable: true)
    }
    return layout
  }

  // MARK: Tables that the destination knows

  private func followed(
    _ relation: RelationMessage, hints: ResourceHints, known: TableSchema, _ definition: WrittenDefinition?
  ) async throws -> TableLayout {
    let name = relation.tableName
    // One from before the table's load is in the load.
    if let definition, definition.position >= positions[relation.id] ?? .zero,
      definition.table.hasShape(of: relation)
    {
      let (types, names) = try await source.withConnection { connection in
        (
          try await Catalog.types(Set(definition.table.columns.map(\.type)), from: connection),
          try await Catalog.typeNames(relation.columns, from: connection)
        )
      }
      let table = definition.table.naming(types: names)
      var layout = try successor(of: known, table, types, hints)
      layout.isLaterThanSurvey = definition.position > survey.position
      return layout
    }
    if let table = survey.catalog.table(oid: relation.oid), table.hasShape(of: relation) {
      return try successor(of: known, table, survey.catalog.types, hints)
    }
    let (types, names, now) = try await source.withConnection { connection in
      let types = try await Catalog.types(Set(relation.columns.map(\.typeOID)), from: connection)
      let names = try await Catalog.typeNames(relation.columns, from: connection)
      return (types, names, try await current(relation.oid, on: connection))
    }
    // As it was before a change of its definition that the stream has yet to come to.
    let before = CatalogTable(relation, typeNames: names, known: nil, previous: known)
    var layout = try TableLayout(before, types: types, hints: hints, known: known)
    layout.schema.mark = known.mark
    if insertOnly.contains(relation.oid) { layout.schema.key = [] }
    if layout.schema.isShaped(like: known) {
      // Nothing to follow yet.
    } else if let table = now.tables.first, table.hasShape(of: relation) {
      layout = try successor(of: known, table, now.types, hints)
    } else if let stage = now.tables.first?.stage(relation, since: known, typeNames: names) {
      layout = try successor(of: known, stage, types, hints)
    } else {
      throw UnsyncedTables([name: "its definition has changed several times"])
    }
    layout.isLaterThanSurvey =
      now.tables.first.map { TableMark($0) }
      != survey.catalog.table(oid: relation.oid).map { TableMark($0) }
    return layout
  }

  /// The layout by the catalog, where changes can bring the table there.
  private func successor(
    of known: TableSchema, _ table: CatalogTable, _ types: TypeMap, _ hints: ResourceHints
  ) throws -> TableLayout {
    let layout = try TableLayout(table, types: types, hints: hints, known: known)
    let drift = TableDrift(
      from: known, to: layout.schema, table, isMergedByRow: layout.isMergedByRow)
    try drift.check(layout.contract, table: table.tableName)
    if let reason = drift.reason { throw UnsyncedTables([table.tableName: reason]) }
    return layout
  }

  /// A table that is published, but that the destination does not know by this OID and name.
  private func requireUnwanted(_ relation: RelationMessage) async throws -> TableLayout? {
    let now = try await source.withConnection { try await current(relation.oid, on: $0) }
    // A partition is described too where it is published as part of its table.
    let contract = source.resources.hints(for: relation.tableName)?.contract.tables
    if let table = now.tables.first, table.tableName == relation.tableName, !table.membership.isEmpty,
      table.reasonNotCapturable == nil, contract != .discardRow, contract != .discardValue
    {
      throw UnsyncedTables([relation.tableName: "it is new"])
    }
    return nil
  }

  /// Looks whether tables that the server has described once more, in the words of before, are still the same.
  ///
  /// - Throws: `UnsyncedTables`; `CDCError.Code.schemaContract`.
  func verify(_ layouts: [TableLayout]) async throws {
    guard held != nil, !layouts.isEmpty else { return }
    let now = try await source.withConnection { connection in
      try await connection.atOneMoment {
        try await Catalog.read(
          tables: layouts.map(\.oid), publications: source.publicationNames, from: connection)
      }
    }
    var unsynced: [TableName: String] = [:]
    for layout in layouts {
      guard let table = now.table(oid: layout.oid), table.tableName == layout.schema.name,
        let hints = source.resources.hints(for: table.tableName)
      else { continue }
      let current = try TableLayout(table, types: now.types, hints: hints, known: layout.schema)
      let drift = TableDrift(
        from: layout.schema, to: current.schema, table, isMergedByRow: current.isMergedByRow)
      guard let reason = drift.reason else { continue }
      try drift.check(layout.contract, table: table.tableName)
      unsynced[table.tableName] = reason
    }
    if !unsynced.isEmpty { throw UnsyncedTables(unsynced) }
  }

  private func current(_ oid: UInt32, on connection: PostgresConnection) async throws -> Catalog {
    try await connection.atOneMoment {
      try await Catalog.read(tables: [oid], publications: source.publicationNames, from: connection)
    }
  }

  // MARK: Tables of a destination without memory

  private func unchecked(
    _ relation: RelationMessage, hints: ResourceHints, previous: TableLayout?
  ) async throws -> TableLayout {
    if let table = survey.catalog.table(oid: relation.oid), table.hasShape(of: relation) {
      return try TableLayout(table, types: survey.catalog.types, hints: hints)
    }
    return try await source.withConnection { connection in
      let now = try await current(relation.oid, on: connection)
      if let table = now.tables.first, table.hasShape(of: relation) {
        return try TableLayout(table, types: now.types, hints: hints)
      }
      let types = try await Catalog.types(Set(relation.columns.map(\.typeOID)), from: connection)
      let names = try await Catalog.typeNames(relation.columns, from: connection)
      let known = now.tables.first ?? survey.catalog.table(oid: relation.oid)
      let table = CatalogTable(relation, typeNames: names, known: known, previous: previous?.schema)
      var layout = try TableLayout(table, types: types, hints: hints)
      for index in layout.schema.columns.indices { layout.schema.columns[index].number = nil }
      layout.schema.mark = nil
      return layout
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

/// A table under one of the names that it has had.
struct RelationID: Sendable, Hashable {
  var oid: UInt32
  var name: TableName
}

extension RelationMessage {
  var tableName: TableName { TableName(schema: schema, name: name) }
  var id: RelationID { RelationID(oid: oid, name: tableName) }
}

extension TableSchema {
  /// Whether the source's columns are the same by number, name and type, in order, and the key too.
  fileprivate func isShaped(like known: TableSchema) -> Bool {
    columns.count == known.columns.count
      && zip(columns, known.columns).allSatisfy { column, old in
        column.number == old.number && column.name == old.name
          && column.type.description == old.type.description && column.sourceType == old.sourceType
      } && keyColumns.map(\.number) == known.keyColumns.map(\.number)
  }

  /// Without the columns that a disposition has added.
  fileprivate var ofSource: TableSchema {
    let places = columns.indices.filter { columns[$0].number != nil }
    var table = self
    table.columns = places.map { columns[$0] }
    table.key = key.compactMap { places.firstIndex(of: $0) }
    return table
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
    let sent = sentColumns
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
        // Without a number the column is none of those known; any number that no other has will do.
        number: old?.number ?? -1 - index, name: field.name, type: field.typeOID, typmod: field.typeModifier,
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
      }, identityIndex: [], columns: columns)
  }

  /// The table at a point of the log between `known` and now, where in all that time columns only came and were renamed: then
  /// the Relation's are the first of today's, for numbers are given in order and the Relation has theirs.
  func stage(_ relation: RelationMessage, since known: TableSchema, typeNames: [String]) -> CatalogTable? {
    guard let mark = known.mark.flatMap({ TableMark($0) }), mark.oid == oid else { return nil }
    let numbers = Set(columns.map(\.number))
    let isNoneGone =
      mark.versions.keys.allSatisfy(numbers.contains)
      && numbers.count { $0 > mark.highestNumber } == highestNumber - mark.highestNumber
    let sent = sentColumns.prefix(relation.columns.count)
    guard isNoneGone, let last = sent.last?.number, sent.count == relation.columns.count,
      known.columns.allSatisfy({ column in sent.contains { $0.number == column.number } })
    else { return nil }
    var stage = self
    stage.highestNumber = max(last, mark.highestNumber)
    stage.columns = zip(sent, zip(relation.columns, typeNames)).map { column, field in
      var column = column
      (column.name, column.type, column.typmod) = (field.0.name, field.0.typeOID, field.0.typeModifier)
      column.typeName = field.1
      return column
    }
    stage.replicaIdentity = relation.replicaIdentity == .full ? "f" : "d"
    if relation.replicaIdentity != .full {
      let flagged = Set(relation.columns.filter(\.isKey).map(\.name))
      let key = stage.columns.filter { flagged.contains($0.name) }.map(\.number)
      let order = known.keyColumns.compactMap(\.number)
      stage.primaryKey = Set(order) == Set(key) ? order : key
    }
    return stage
  }

  /// With the names of the types of its published columns, which depend on the search path, as all other looks at the catalog
  /// have them.
  func naming(types names: [String]) -> CatalogTable {
    var table = self
    let sent = Dictionary(zip(sentColumns.map(\.number), names)) { first, _ in first }
    for index in table.columns.indices {
      if let name = sent[table.columns[index].number] { table.columns[index].typeName = name }
    }
    return table
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
