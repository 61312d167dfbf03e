import CDCCore

/// What data files of the table look like: physical names, and field ids where the table maps its columns.
extension DeltaSchema {
  /// One for each field, in order.
  package func parquetColumns() throws -> [ParquetColumn] {
    try zip(fields, physicalColumns()).map { $0.parquetColumn($1) }
  }
}

extension DeltaField {
  fileprivate func parquetColumn(_ physical: ColumnSchema) -> ParquetColumn {
    ParquetColumn(
      name: physical.name, type: physical.type, isNullable: nullable,
      fieldID: columnID.map(Int32.init(clamping:)),
      children: type.parquetChildren(physical.type))
  }
}

extension DeltaType {
  fileprivate func parquetChildren(_ physical: ColumnType) -> [ParquetColumn] {
    switch (self, physical) {
    case (.array(let element, let containsNull), .list(let type)):
      [child("element", element, type, containsNull)]
    case (.map(let key, let value, let containsNull), .map(let keyType, let valueType)):
      [child("key", key, keyType, false), child("value", value, valueType, containsNull)]
    case (.structure(let fields), .structure(let types)):
      zip(fields, types).map { $0.parquetColumn($1) }
    default: []
    }
  }

  private func child(_ name: String, _ type: DeltaType, _ physical: ColumnType, _ isNullable: Bool)
    -> ParquetColumn
  {
    ParquetColumn(
      name: name, type: physical, isNullable: isNullable, children: type.parquetChildren(physical))
  }
}
