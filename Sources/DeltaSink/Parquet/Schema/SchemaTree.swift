// From the columns a caller asks for to the schema elements of the file and its leaves: which physical type,
// annotation and levels each has (LogicalTypes.md).

import CDCCore

/// One leaf column as it is written.
struct WrittenLeaf: Sendable {
  let path: [String]
  let type: ColumnType
  let physicalType: PhysicalType
  /// Of FIXED_LEN_BYTE_ARRAY, else 0.
  let typeLength: Int
  let maxDefinitionLevel: Int
  let maxRepetitionLevel: Int
  var isText: Bool { type == .string }
}

/// One node of the schema, in the shape of the column vectors.
indirect enum WrittenNode: Sendable {
  case leaf(position: Int, isNullable: Bool)
  case list(element: WrittenNode, isNullable: Bool)
  case map(key: WrittenNode, value: WrittenNode, isNullable: Bool)
  case structure([WrittenNode], isNullable: Bool)
}

struct WrittenSchema: Sendable {
  private(set) var elements: [SchemaElement] = []
  private(set) var leaves: [WrittenLeaf] = []
  private(set) var columns: [WrittenNode] = []

  init(_ columns: [ParquetColumn]) throws(ParquetFormatError) {
    var root = SchemaElement(name: "schema")
    root.childCount = Int32(columns.count)
    elements.append(root)
    for column in columns {
      self.columns.append(try add(column, name: column.name, path: [], definition: 0, repetition: 0))
    }
  }

  private mutating func add(
    _ column: ParquetColumn, name: String, path: [String], definition: Int, repetition: Int
  ) throws(ParquetFormatError) -> WrittenNode {
    let path = path + [name]
    var element = SchemaElement(name: name)
    element.repetition = column.isNullable ? .optional : .required
    element.fieldID = column.fieldID
    let definition = definition + (column.isNullable ? 1 : 0)
    let children = column.children
    switch column.type {
    case .list:
      guard children.count == 1 else { throw .invalidInput("list column \(name) must have one child") }
      element.childCount = 1
      element.convertedType = .list
      element.logicalType = .list
      elements.append(element)
      addRepeatedGroup("list", childCount: 1)
      let node = try add(
        children[0], name: "element", path: path + ["list"], definition: definition + 1,
        repetition: repetition + 1)
      return .list(element: node, isNullable: column.isNullable)
    case .map:
      guard children.count == 2, !children[0].isNullable else {
        throw .invalidInput("map column \(name) must have a key that is not null, and a value")
      }
      element.childCount = 1
      element.convertedType = .map
      element.logicalType = .map
      elements.append(element)
      addRepeatedGroup("key_value", childCount: 2)
      let inner = path + ["key_value"]
      let key = try add(
        children[0], name: "key", path: inner, definition: definition + 1, repetition: repetition + 1)
      let value = try add(
        children[1], name: "value", path: inner, definition: definition + 1, repetition: repetition + 1)
      return .map(key: key, value: value, isNullable: column.isNullable)
    case .structure(let fields):
      guard children.count == fields.count, !children.isEmpty else {
        throw .invalidInput("struct column \(name) must have as many children as its type, at least one")
      }
      element.childCount = Int32(children.count)
      elements.append(element)
      var nodes: [WrittenNode] = []
      for child in children {
        nodes.append(
          try add(child, name: child.name, path: path, definition: definition, repetition: repetition))
      }
      return .structure(nodes, isNullable: column.isNullable)
    default:
      try element.annotate(column.type)
      elements.append(element)
      leaves.append(
        WrittenLeaf(
          path: path, type: column.type, physicalType: element.type ?? .byteArray,
          typeLength: Int(element.typeLength ?? 0), maxDefinitionLevel: definition,
          maxRepetitionLevel: repetition))
      return .leaf(position: leaves.count - 1, isNullable: column.isNullable)
    }
  }

  private mutating func addRepeatedGroup(_ name: String, childCount: Int32) {
    var element = SchemaElement(name: name)
    element.repetition = .repeated
    element.childCount = childCount
    elements.append(element)
  }
}

extension SchemaElement {
  /// Physical type, logical type and the converted type that goes with it.
  fileprivate mutating func annotate(_ column: ColumnType) throws(ParquetFormatError) {
    switch column {
    case .boolean: type = .boolean
    case .short:
      type = .int32
      convertedType = .int16
      logicalType = .integer(bitWidth: 16, isSigned: true)
    case .int: type = .int32
    case .long: type = .int64
    case .float: type = .float
    case .double: type = .double
    case .decimal(let precision, let scale): try annotateDecimal(precision, scale)
    case .string, .variant:
      type = .byteArray
      convertedType = .utf8
      logicalType = .string
    case .binary: type = .byteArray
    case .date:
      type = .int32
      convertedType = .date
      logicalType = .date
    case .timestamp:
      type = .int64
      convertedType = .timestampMicros
      logicalType = .timestamp(isAdjustedToUTC: true, .micros)
    case .timestampNTZ:
      // The converted type has no local time, but LogicalTypes.md wants it there all the same.
      type = .int64
      convertedType = .timestampMicros
      logicalType = .timestamp(isAdjustedToUTC: false, .micros)
    case .list, .map, .structure: throw .invalidInput("column \(name) is no leaf")
    }
  }

  private mutating func annotateDecimal(_ digits: Int, _ places: Int) throws(ParquetFormatError) {
    guard (1...38).contains(digits), (0...digits).contains(places) else {
      throw .invalidInput("column \(name): decimal(\(digits),\(places)) is not possible")
    }
    if digits <= 9 {
      type = .int32
    } else if digits <= 18 {
      type = .int64
    } else {
      type = .fixedLenByteArray
      typeLength = Int32(Self.fixedWidth(digits: digits))
    }
    convertedType = .decimal
    precision = Int32(digits)
    scale = Int32(places)
    logicalType = .decimal(scale: Int32(places), precision: Int32(digits))
  }

  /// The fewest bytes that hold every unscaled value of so many digits, as Spark and Iceberg write it.
  static func fixedWidth(digits: Int) -> Int {
    var greatest: UInt128 = 1
    for _ in 0..<digits { greatest *= 10 }
    return (128 - (greatest - 1).leadingZeroBitCount + 1 + 7) / 8
  }
}
