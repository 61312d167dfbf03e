import CDCCore

/// How the rows of one table become a batch: its schema, and for each of its columns how values are read.
struct TableLayout: Sendable {
  var oid: UInt32
  var schema: TableSchema
  /// One for each of `schema.columns`, then one for each of `unwanted`.
  var formats: [ValueFormat]
  /// New columns that the contract leaves out with the rows that have a value in them.
  var unwanted: [String] = []
  var contract: SchemaContract
  /// The table has no key and is merged all the same: each row that goes is wanted whole.
  var isMergedByRow = false
  /// Within a transaction two rows may have one key: it is hinted, and no index forbids that at every moment. The log carries
  /// whole rows, so each row that goes can be told from others of its key; it is wanted whole.
  var keysMayMeet = false
  /// A row that is new to the destination must come with all its values.
  var needsWholeRows = true
  /// The condition of the rows that are published, as SQL.
  var rowFilter: String?
  /// The table has had another definition since the survey with which the stream began.
  var isLaterThanSurvey = false

  /// By catalog and hints.
  ///
  /// - Parameter known: as its destination has the table, where columns that came since may have to stay out.
  /// - Throws: `CDCError` where a hint cannot be followed.
  init(
    _ table: CatalogTable, types: TypeMap, hints: ResourceHints, known: TableSchema? = nil
  ) throws {
    self.init(
      oid: table.oid, name: table.tableName, comment: table.comment,
      columns: table.sentColumns, types: types, hints: hints)
    try apply(hints, to: table, types)
    rowFilter = table.rowFilter
    isMergedByRow = hints.writeDisposition == .merge && !schema.hasKey
    keysMayMeet = keysMayMeet(table, hints)
    needsWholeRows = schema.hasKey && hints.writeDisposition != .append && hints.writeDisposition != .replace
    try mask(hints)
    if let known { holdBack(columnsSince: known) }
    schema.mark = TableMark(table, masks: hints.masks(of: table)).text
  }

  private init(
    oid: UInt32, name: TableName, comment: String?, columns: [CatalogColumn], types: TypeMap,
    hints: ResourceHints
  ) {
    self.oid = oid
    contract = hints.contract
    schema = TableSchema(name: name, columns: [], comment: comment)
    formats = []
    for column in columns where hints.columns[column.name]?.isIncluded ?? true {
      let format = types.format(column.type, typmod: column.typmod)
      formats.append(format)
      schema.columns.append(
        ColumnSchema(
          name: column.name, type: format.columnType, isNullable: !column.isNotNull,
          sourceType: column.typeName, comment: column.comment,
          number: column.number > 0 ? column.number : nil))
    }
  }

  private mutating func apply(_ hints: ResourceHints, to table: CatalogTable, _ types: TypeMap) throws {
    for (index, column) in schema.columns.enumerated() {
      guard let hint = hints.columns[column.name]?.type else { continue }
      if hint == .variant {
        try makeVariant(index, table, types)
        continue
      }
      guard let format = formats[index].reading(as: hint) else {
        throw CDCError(
          .configuration,
          "The hint makes a column of type \(column.sourceType) a \(hint), which cannot hold it exactly. "
            + "Choose a wider type, or string, or leave the hint out (then it is a \(column.type)).",
          table: schema.name, column: column.name)
      }
      formats[index] = format
      schema.columns[index].type = format.columnType
    }
    schema.key = try key(of: table, hints: hints)
    try requireNoVariant(inKey: hints)
    // A value that the contract turns into null must have a place for it.
    if contract.dataType == .discardValue {
      for index in schema.columns.indices where !schema.key.contains(index) {
        schema.columns[index].isNullable = true
      }
    }
  }

  private func keysMayMeet(_ table: CatalogTable, _ hints: ResourceHints) -> Bool {
    let key = Set(schema.keyColumns.compactMap(\.number))
    guard hints.primaryKey != nil, !key.isEmpty, let unique = table.uniqueKeys,
      [.merge, .softDelete, .scd2].contains(hints.writeDisposition ?? .merge)
    else { return false }
    return !unique.contains { key.isSuperset(of: $0) }
  }

  private func key(of table: CatalogTable, hints: ResourceHints) throws -> [Int] {
    let identity = table.keyNumbers.compactMap { number in
      table.columns.first { $0.number == number }?.name
    }
    let names = hints.primaryKey ?? identity
    let carried = table.columns.filter { table.isInIdentity($0.number) }.map(\.name)
    if hints.primaryKey != nil, table.hasUsableIdentity,
      let missing = names.first(where: { !carried.contains($0) })
    {
      let full =
        table.kind == "p"
        ? "ALTER TABLE … REPLICA IDENTITY FULL for each of its partitions, to which it is not passed on,"
        : "ALTER TABLE \(table.quotedName) REPLICA IDENTITY FULL"
      throw CDCError(
        .configuration,
        "The hinted key is not part of the table's replica identity, so updates and deletes would not carry it. "
          + "Run \(full) in the source"
          + (carried.isEmpty ? "." : ", or choose key columns among \(carried.joined(separator: ", "))."),
        table: schema.name, column: missing)
    }
    return try names.map { name in
      guard let index = schema.columns.firstIndex(where: { $0.name == name }) else {
        throw CDCError(
          .configuration,
          "A key column is left out by a hint, is generated, or does not exist: include it, or choose another key.",
          table: schema.name, column: name)
      }
      return index
    }
  }
}
