/// What any Delta table's schema must keep to, checked before it is committed.
extension DeltaSchema {
  /// - Throws: `DeltaError.schema`, which names the column.
  package func validate(mapsColumns: Bool) throws {
    guard !fields.isEmpty else {
      throw DeltaError(.schema, "A Delta table needs at least one column; add one or leave the table out.")
    }
    try Self.validate(fields, mapsColumns)
  }

  private static func validate(_ fields: [DeltaField], _ mapsColumns: Bool) throws {
    var names: Set<String> = []
    for field in fields {
      guard !field.name.isEmpty else {
        throw DeltaError(.schema, "A column without a name cannot be written.")
      }
      guard names.insert(field.name.lowercased()).inserted else {
        throw DeltaError(
          .schema,
          "Two columns are called \"\(field.name)\" when case is ignored, as Delta does: "
            + "leave one of them out."
        )
      }
      if !mapsColumns, field.name.unicodeScalars.contains(where: reservedCharacters.contains) {
        throw DeltaError(
          .schema,
          "The column name \"\(field.name)\" needs column mapping, which this table does not have: "
            + "load it anew."
        )
      }
      try validate(field.type, mapsColumns)
    }
  }

  private static func validate(_ type: DeltaType, _ mapsColumns: Bool) throws {
    switch type {
    case .primitive: break
    case .array(let element, _): try validate(element, mapsColumns)
    case .map(let key, let value, _):
      try validate(key, mapsColumns)
      try validate(value, mapsColumns)
    case .structure(let fields): try validate(fields, mapsColumns)
    }
  }
}
