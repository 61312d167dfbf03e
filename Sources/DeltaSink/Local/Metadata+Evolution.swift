import CDCCore

/// How a Delta table's schema follows the source's, without a row being rewritten.
extension Metadata {
  /// Columns are known by the source's number where both sides have one, else by name. A rename turns column mapping
  /// on: data files keep the names that they have.
  ///
  /// - Throws: `CDCError.schemaContract` where a column has changed its type.
  mutating func evolve(to source: TableSchema) throws {
    let held = try schema.columns()
    let known = ColumnPlaces(schema.fields.map { ($0.name, $0.sourceNumber) })
    let places = source.columns.map { known.place(of: $0.name, number: $0.number) }
    var fields = schema.fields
    for (column, place) in zip(source.columns, places) {
      guard let place else { continue }
      try Self.requireSameType(held[place], column, in: source.name)
      fields[place].name = column.name
      if let number = column.number { fields[place].sourceNumber = number }
    }
    let added = zip(source.columns, places).filter { $1 == nil }.map { DeltaField(TableShape.nullable($0.0)) }
    // A dropped column makes room for another of its name: the rows before have no value for that one.
    let taken = Set(source.columns.map { $0.name.lowercased() })
    let gone = Set(
      fields.indices.filter { !places.contains($0) && taken.contains(fields[$0].name.lowercased()) })
    let isRenamed = zip(fields, schema.fields).contains { $0.name != $1.name }
    let needsMapping = isRenamed || !gone.isEmpty || DeltaSchema(fields: added).needsColumnMapping
    if needsMapping, !mapsColumns {
      enableColumnMappingInPlace()
      for (index, mapped) in schema.fields.enumerated() {
        fields[index].type = mapped.type
        for key in [DeltaField.idKey, DeltaField.physicalNameKey] {
          fields[index][metadata: key] = mapped[metadata: key]
        }
      }
    }
    schema.fields = fields.enumerated().filter { !gone.contains($0.offset) }.map(\.element) + added
    if mapsColumns { assignColumnMapping() }
  }

  private static func requireSameType(
    _ own: ColumnSchema, _ column: ColumnSchema, in table: TableName
  ) throws {
    if own.type.isStored(like: column.type) { return }
    throw CDCError(
      .schemaContract,
      "The column changed its type from \(own.type) to \(column.type), which a Delta table cannot follow "
        + "in place. Load the table again: cdc run --mode full_load --tables '\(table)'.",
      table: table, column: column.name)
  }
}
