/// Column mapping by name: data files and statistics use a physical name that never changes, so display names
/// may hold any character. PROTOCOL.md, "Column Mapping".
extension DeltaField {
  static let physicalNameKey = "delta.columnMapping.physicalName"
  static let idKey = "delta.columnMapping.id"

  /// What the column is called in data files, statistics and partition values.
  package var physicalName: String { self[metadata: Self.physicalNameKey]?.string ?? name }
  /// The `field_id` of the column in data files; nil where the table does not map its columns.
  package var columnID: Int? { self[metadata: Self.idKey]?.integer }
}

extension DeltaSchema {
  /// The characters that Parquet files of Delta tables cannot have in a name.
  static let reservedCharacters = Set<Unicode.Scalar>(" ,;{}()\n\t=".unicodeScalars)

  /// True where a name, a nested one included, holds a character that only column mapping allows.
  package var needsColumnMapping: Bool {
    var needs = false
    forEachField { field in
      if field.name.unicodeScalars.contains(where: Self.reservedCharacters.contains) { needs = true }
    }
    return needs
  }

  /// Gives every field without one an id (after `maximumID`) and a physical name.
  ///
  /// - Returns: the highest id in use, for the property `delta.columnMapping.maxColumnId`.
  package mutating func assignColumnMapping(after maximumID: Int) -> Int {
    var highest = maximumID
    forEachField { highest = max(highest, $0.columnID ?? 0) }
    fields = fields.map { $0.mapped(&highest) }
    return highest
  }
}

extension DeltaField {
  fileprivate func mapped(_ highestID: inout Int) -> DeltaField {
    var field = self
    if columnID == nil {
      highestID += 1
      field[metadata: Self.idKey] = .integer(highestID)
    }
    if self[metadata: Self.physicalNameKey] == nil {
      field[metadata: Self.physicalNameKey] = .string("col-\(UniqueName())")
    }
    field.type = type.mapped(&highestID)
    return field
  }
}

extension DeltaType {
  fileprivate func mapped(_ highestID: inout Int) -> DeltaType {
    switch self {
    case .primitive: self
    case .array(let element, let containsNull):
      .array(element: element.mapped(&highestID), containsNull: containsNull)
    case .map(let key, let value, let containsNull):
      .map(
        key: key.mapped(&highestID), value: value.mapped(&highestID), valueContainsNull: containsNull)
    case .structure(let fields): .structure(fields.map { $0.mapped(&highestID) })
    }
  }
}

extension DeltaField {
  /// Fields of structs included.
  fileprivate var physicallyNamed: DeltaField {
    var field = self
    field[metadata: Self.physicalNameKey] = .string(physicalName)
    field.type = type.physicallyNamed
    return field
  }
}

extension DeltaType {
  fileprivate var physicallyNamed: DeltaType {
    switch self {
    case .primitive: self
    case .array(let element, let containsNull):
      .array(element: element.physicallyNamed, containsNull: containsNull)
    case .map(let key, let value, let containsNull):
      .map(key: key.physicallyNamed, value: value.physicallyNamed, valueContainsNull: containsNull)
    case .structure(let fields): .structure(fields.map(\.physicallyNamed))
    }
  }
}

extension Metadata {
  static let columnMappingModeKey = "delta.columnMapping.mode"
  static let maximumColumnIDKey = "delta.columnMapping.maxColumnId"

  /// `none`, `name` or `id`.
  package var columnMappingMode: String { configuration[Self.columnMappingModeKey] ?? "none" }
  package var mapsColumns: Bool { columnMappingMode != "none" }

  /// Turns column mapping by name on for a table that has files: each field's physical name is the one that they know it by.
  package mutating func enableColumnMappingInPlace() {
    schema.fields = schema.fields.map(\.physicallyNamed)
    enableColumnMapping()
  }

  /// Turns column mapping by name on. Only for a new table: files that exist keep their names.
  package mutating func enableColumnMapping() {
    configuration[Self.columnMappingModeKey] = "name"
    assignColumnMapping()
  }

  /// Completes the mapping after fields were added to the schema of a table that maps its columns.
  package mutating func assignColumnMapping() {
    let maximum = configuration[Self.maximumColumnIDKey].flatMap { Int($0) } ?? 0
    configuration[Self.maximumColumnIDKey] = String(schema.assignColumnMapping(after: maximum))
  }
}
