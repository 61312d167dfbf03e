// SchemaElement and LogicalType of parquet.thrift.

/// parquet.thrift `SchemaElement`: one node of the schema tree, which lies flattened depth first.
struct SchemaElement: Sendable, Hashable {
  var type: PhysicalType?
  var typeLength: Int32?
  var repetition: FieldRepetitionType?
  var name: String
  var childCount: Int32?
  var convertedType: ConvertedType?
  var scale: Int32?
  var precision: Int32?
  var fieldID: Int32?
  var logicalType: LogicalType?

  init(name: String) { self.name = name }
}

/// parquet.thrift `LogicalType`
enum LogicalType: Sendable, Hashable {
  enum TimeUnit: Int16, Sendable {
    case millis = 1
    case micros = 2
    case nanos = 3
  }

  case string
  case map
  case list
  case `enum`
  case decimal(scale: Int32, precision: Int32)
  case date
  case time(isAdjustedToUTC: Bool, TimeUnit)
  case timestamp(isAdjustedToUTC: Bool, TimeUnit)
  case integer(bitWidth: Int8, isSigned: Bool)
  /// One that has no meaning for this reader, by its field id in the union.
  case other(Int16)
}

extension SchemaElement {
  func write(to writer: inout ThriftCompactWriter) {
    if let type { writer.i32(1, type.rawValue) }
    if let typeLength { writer.i32(2, typeLength) }
    if let repetition { writer.i32(3, repetition.rawValue) }
    writer.string(4, name)
    if let childCount { writer.i32(5, childCount) }
    if let convertedType { writer.i32(6, convertedType.rawValue) }
    if let scale { writer.i32(7, scale) }
    if let precision { writer.i32(8, precision) }
    if let fieldID { writer.i32(9, fieldID) }
    if let logicalType { writer.structure(10) { logicalType.write(to: &$0) } }
  }

  init(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    self.init(name: "")
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: type = try reader.enumeration(field, PhysicalType.self)
      case 2: typeLength = try reader.i32(field)
      case 3: repetition = try reader.enumeration(field, FieldRepetitionType.self)
      case 4: name = try reader.string(field)
      case 5: childCount = try reader.i32(field)
      case 6: convertedType = ConvertedType(rawValue: try reader.i32(field))
      case 7: scale = try reader.i32(field)
      case 8: precision = try reader.i32(field)
      case 9: fieldID = try reader.i32(field)
      case 10 where field.type == .structure: logicalType = try LogicalType(from: &reader)
      default: try reader.skip(field)
      }
    }
  }
}

extension LogicalType {
  func write(to writer: inout ThriftCompactWriter) {
    switch self {
    case .string: writer.structure(1) { _ in }
    case .map: writer.structure(2) { _ in }
    case .list: writer.structure(3) { _ in }
    case .enum: writer.structure(4) { _ in }
    case .decimal(let scale, let precision):
      writer.structure(5) {
        $0.i32(1, scale)
        $0.i32(2, precision)
      }
    case .date: writer.structure(6) { _ in }
    case .time(let isAdjustedToUTC, let unit):
      writer.structure(7) { Self.write(isAdjustedToUTC, unit, to: &$0) }
    case .timestamp(let isAdjustedToUTC, let unit):
      writer.structure(8) { Self.write(isAdjustedToUTC, unit, to: &$0) }
    case .integer(let bitWidth, let isSigned):
      writer.structure(10) {
        $0.i8(1, bitWidth)
        $0.boolean(2, isSigned)
      }
    case .other(let id): writer.structure(id) { _ in }
    }
  }

  private static func write(
    _ isAdjustedToUTC: Bool, _ unit: TimeUnit, to writer: inout ThriftCompactWriter
  ) {
    writer.boolean(1, isAdjustedToUTC)
    writer.structure(2) { $0.structure(unit.rawValue) { _ in } }
  }

  init?(from reader: inout ThriftCompactReader) throws(ParquetFormatError) {
    var result: LogicalType?
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      guard field.type == .structure else {
        try reader.skip(field)
        continue
      }
      switch field.id {
      case 5: result = try Self.decimal(from: &reader)
      case 7, 8: result = try Self.time(from: &reader, isTimestamp: field.id == 8)
      case 10: result = try Self.integer(from: &reader)
      default:
        try reader.skip(field)
        result = Self.plain[field.id] ?? .other(field.id)
      }
    }
    guard let result else { return nil }
    self = result
  }

  private static let plain: [Int16: LogicalType] = [
    1: .string, 2: .map, 3: .list, 4: .enum, 6: .date,
  ]

  private static func decimal(
    from reader: inout ThriftCompactReader
  ) throws(ParquetFormatError) -> LogicalType {
    var scale: Int32 = 0
    var precision: Int32 = 0
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: scale = try reader.i32(field)
      case 2: precision = try reader.i32(field)
      default: try reader.skip(field)
      }
    }
    return .decimal(scale: scale, precision: precision)
  }

  private static func time(
    from reader: inout ThriftCompactReader, isTimestamp: Bool
  ) throws(ParquetFormatError) -> LogicalType {
    var isAdjustedToUTC = false
    var unit: TimeUnit?
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: isAdjustedToUTC = try reader.boolean(field)
      case 2 where field.type == .structure:
        var lastUnit: Int16 = 0
        while let choice = try reader.nextField(after: &lastUnit) {
          unit = TimeUnit(rawValue: choice.id)
          try reader.skip(choice)
        }
      default: try reader.skip(field)
      }
    }
    guard let unit else { throw .unsupported("unknown unit of a time or timestamp") }
    return isTimestamp
      ? .timestamp(isAdjustedToUTC: isAdjustedToUTC, unit) : .time(isAdjustedToUTC: isAdjustedToUTC, unit)
  }

  private static func integer(
    from reader: inout ThriftCompactReader
  ) throws(ParquetFormatError) -> LogicalType {
    var bitWidth: Int8 = 0
    var isSigned = true
    var last: Int16 = 0
    while let field = try reader.nextField(after: &last) {
      switch field.id {
      case 1: bitWidth = try reader.i8(field)
      case 2: isSigned = try reader.boolean(field)
      default: try reader.skip(field)
      }
    }
    return .integer(bitWidth: bitWidth, isSigned: isSigned)
  }
}
