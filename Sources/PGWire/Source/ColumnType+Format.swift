import CDCCore

/// Which column type values of a format make, and which formats a hint may choose instead.
extension ValueFormat {
  var columnType: ColumnType {
    switch kind {
    case .bool: .boolean
    case .int2: .short
    case .int4: .int
    case .int8, .oid, .int2AsInt64, .int4AsInt64: .long
    case .float4: .float
    case .float8, .float4AsDouble: .double
    case .decimal64, .decimal128, .money: .decimal(precision: precision, scale: scale)
    case .bytea, .ewkb: .binary
    case .date: .date
    case .timestamp: .timestampNTZ
    case .timestamptz: .timestamp
    case .array, .vector, .halfvec: .list(elements[0].columnType)
    case .variant: .variant
    case .hstore: .map(key: .string, value: .string)
    case .masked: elements[1].columnType
    case .unwanted: elements[0].columnType
    case .composite:
      .structure(
        zip(fields, elements).map { field, format in
          ColumnSchema(name: field.name, type: format.columnType, sourceType: field.typeName)
        })
    case .numericText, .text, .opaque, .char, .versionedText, .uuid, .time, .timetz, .interval, .inet,
      .macaddr,
      .macaddr8, .bit, .pgLSN, .unsigned, .snapshot, .tsvector, .range, .multirange:
      .string
    }
  }

  /// How to read values of this format as a column of type `hint`; nil where that type cannot hold them exactly.
  func reading(as hint: ColumnType) -> ValueFormat? {
    if columnType == hint { return self }
    switch (kind, hint) {
    case (.array, .list(let element)):
      return elements[0].reading(as: element).map { .array(of: $0, delimiter: delimiter) }
    // The server's own text.
    case (_, .string): return ValueFormat(.opaque)
    case (.int2, .int), (.int2, .long): return ValueFormat(hint == .int ? .int2 : .int2AsInt64)
    case (.int4, .long): return ValueFormat(.int4AsInt64)
    case (.float4, .double): return ValueFormat(.float4AsDouble)
    // Values that do not fit are met one by one, and the contract decides about them.
    case (.numericText, .decimal(let precision, let scale)):
      return .decimal(precision: precision, scale: scale)
    case (.decimal64, .decimal(let precision, let scale)),
      (.decimal128, .decimal(let precision, let scale)):
      guard scale >= self.scale, precision - scale >= self.precision - self.scale else { return nil }
      return .decimal(precision: precision, scale: scale)
    default: return nil
    }
  }
}
