package import CDCCore

/// Between the log's schema and the columns that travel.
extension DeltaSchema {
  package init(columns: [ColumnSchema]) { fields = columns.map(DeltaField.init) }

  /// The columns by their display names.
  ///
  /// - Throws: `DeltaError.unsupportedFeature` for a type that has no column vector (`byte`, `variant`, …).
  package func columns() throws -> [ColumnSchema] { try fields.map { try $0.column(physical: false) } }

  /// The columns as data files name them: by physical names where the table maps its columns.
  package func physicalColumns() throws -> [ColumnSchema] { try fields.map { try $0.column(physical: true) } }
}

extension DeltaField {
  init(_ column: ColumnSchema) {
    self.init(name: column.name, type: DeltaType(column.type), nullable: column.isNullable)
    if let comment = column.comment { self[metadata: "comment"] = .string(comment) }
    sourceNumber = column.number
  }

  /// `ColumnSchema.number`, kept with the field: by it a column that was renamed is known.
  var sourceNumber: Int? {
    get { self[metadata: "cdc.number"]?.integer }
    set { self[metadata: "cdc.number"] = newValue.map { .integer($0) } }
  }

  fileprivate func column(physical: Bool) throws -> ColumnSchema {
    ColumnSchema(
      name: physical ? physicalName : name, type: try type.columnType(of: name, physical: physical),
      isNullable: nullable, comment: self[metadata: "comment"]?.string, number: sourceNumber)
  }
}

extension DeltaType {
  init(_ type: ColumnType) {
    switch type {
    case .list(let element): self = .array(element: DeltaType(element), containsNull: true)
    case .map(let key, let value):
      self = .map(key: DeltaType(key), value: DeltaType(value), valueContainsNull: true)
    case .structure(let fields): self = .structure(fields.map(DeltaField.init))
    default: self = .primitive(type.description)
    }
  }

  func columnType(of column: String, physical: Bool) throws -> ColumnType {
    switch self {
    case .array(let element, _): .list(try element.columnType(of: column, physical: physical))
    case .map(let key, let value, _):
      .map(
        key: try key.columnType(of: column, physical: physical),
        value: try value.columnType(of: column, physical: physical))
    case .structure(let fields): .structure(try fields.map { try $0.column(physical: physical) })
    case .primitive(let name): try Self.primitiveType(name, column)
    }
  }

  private static func primitiveType(_ name: String, _ column: String) throws -> ColumnType {
    switch name {
    case "boolean": .boolean
    case "short": .short
    case "integer": .int
    case "long": .long
    case "float": .float
    case "double": .double
    case "string": .string
    case "binary": .binary
    case "date": .date
    case "timestamp": .timestamp
    case "timestamp_ntz": .timestampNTZ
    default: try decimal(name, column)
    }
  }

  private static func decimal(_ name: String, _ column: String) throws -> ColumnType {
    if name == "decimal" { return .decimal(precision: 10, scale: 0) }
    if name.hasPrefix("decimal("), name.hasSuffix(")") {
      let numbers = name.dropFirst(8).dropLast().split(separator: ",").map {
        Int($0.drop { $0 == " " })
      }
      if numbers.count == 2, let precision = numbers[0], let scale = numbers[1],
        (1...38).contains(precision), (0...precision).contains(scale)
      {
        return .decimal(precision: precision, scale: scale)
      }
    }
    throw DeltaError(
      .unsupportedFeature,
      "The table's column \"\(column)\" has the Delta type \(name), which this package cannot copy.")
  }
}
