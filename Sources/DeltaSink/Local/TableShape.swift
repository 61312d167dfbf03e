import CDCCore

/// How rows of a source's table lie in the Delta table: which metadata it has (or will have), and where each of its
/// columns comes from.
///
/// All columns are nullable in Delta: the log tells nothing of NOT NULL coming and going. A column that the source
/// dropped stays, null from then on, until another of its name comes; one that it added is null in the rows before.
struct TableShape: Sendable {
  let source: TableSchema
  var metadata: Metadata
  let parquetColumns: [ParquetColumn]
  let types: [ColumnType]
  /// By Delta column: the source's column; nil where it has none.
  private let places: [Int?]

  /// The property that names the key's columns, as a JSON array.
  static let keyProperty = "cdc.key"

  /// A table that is created, or replaced as a whole.
  init(replacing old: Metadata?, by source: TableSchema) throws {
    var metadata =
      old
      ?? Metadata(
        schema: DeltaSchema(fields: []), name: source.name.name, createdTime: WallClock.milliseconds)
    metadata.schema = DeltaSchema(columns: source.columns.map(Self.nullable))
    metadata.description = source.comment ?? metadata.description
    metadata.partitionColumns = []
    Self.setKey(source, in: &metadata)
    if metadata.mapsColumns {
      metadata.assignColumnMapping()
    } else if metadata.schema.needsColumnMapping {
      metadata.enableColumnMapping()
    }
    try self.init(source, metadata)
  }

  /// A table that takes changes: what the source has more is added, what it has renamed is renamed.
  ///
  /// - Throws: `CDCError.schemaContract` where a column has changed its type.
  init(evolving old: Metadata, to source: TableSchema) throws {
    var metadata = old
    try metadata.evolve(to: source)
    if metadata.schema != old.schema {
      do { try metadata.schema.validate(mapsColumns: metadata.mapsColumns) } catch let error as DeltaError {
        throw CDCError(.schemaContract, error.message, table: source.name, underlying: error)
      }
    }
    Self.setKey(source, in: &metadata)
    try self.init(source, metadata)
  }

  /// A table that stays as it is.
  init(keeping metadata: Metadata, _ source: TableSchema) throws { try self.init(source, metadata) }

  private init(_ source: TableSchema, _ metadata: Metadata) throws {
    try source.requireNoVariant()
    self.source = source
    self.metadata = metadata
    parquetColumns = try metadata.schema.parquetColumns()
    types = parquetColumns.map(\.type)
    places = metadata.schema.fields.map { field in source.columns.firstIndex { $0.name == field.name } }
  }

  static func nullable(_ column: ColumnSchema) -> ColumnSchema {
    var column = column
    column.isNullable = true
    column.type = column.type.withNullableFields
    return column
  }

  private static func setKey(_ source: TableSchema, in metadata: inout Metadata) {
    metadata.configuration[keyProperty] =
      source.hasKey ? JSONValue.array(source.keyColumns.map { .string($0.name) }).text : nil
  }

  /// The vectors of the Delta table's columns.
  func arrange(_ rows: RowBatch) -> [ColumnVector] {
    zip(places, types).map { place, type in
      place.map { rows.columns[$0] } ?? ColumnVector(nulls: rows.rowCount, of: type)
    }
  }

  /// The Delta column that holds a source's column.
  func deltaColumn(ofSource column: Int) -> Int? { places.firstIndex(of: column) }

  /// What the key's columns are called in data files, in the key's order.
  var keyNames: [String] {
    source.key.compactMap { deltaColumn(ofSource: $0) }.map { metadata.schema.fields[$0].physicalName }
  }
}

extension ColumnType {
  /// Struct fields may be null whatever the source says, as columns may.
  fileprivate var withNullableFields: ColumnType {
    switch self {
    case .list(let element): .list(element.withNullableFields)
    case .map(let key, let value):
      .map(key: key.withNullableFields, value: value.withNullableFields)
    case .structure(let fields):
      .structure(
        fields.map {
          ColumnSchema(name: $0.name, type: $0.type.withNullableFields, comment: $0.comment)
        })
    default: self
    }
  }

  /// Equal as far as files are concerned: source types and comments of struct fields do not count.
  func isStored(like other: ColumnType) -> Bool {
    DeltaType(withNullableFields.withoutComments) == DeltaType(other.withNullableFields.withoutComments)
  }

  private var withoutComments: ColumnType {
    switch self {
    case .list(let element): .list(element.withoutComments)
    case .map(let key, let value): .map(key: key.withoutComments, value: value.withoutComments)
    case .structure(let fields):
      .structure(fields.map { ColumnSchema(name: $0.name, type: $0.type.withoutComments) })
    default: self
    }
  }
}

extension Metadata {
  /// The names of the key's columns, as the last writer of this package set them.
  var keyColumns: [String] {
    guard let text = configuration[TableShape.keyProperty], let json = try? JSONValue(parsing: text) else {
      return []
    }
    return json.elements?.compactMap(\.string) ?? []
  }
}
