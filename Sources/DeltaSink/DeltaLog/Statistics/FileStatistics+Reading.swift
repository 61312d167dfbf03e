import CDCCore

/// Statistics from JSON text, whoever wrote it. What cannot be understood counts as not known.
extension FileStatistics {
  init(json text: String, schema: DeltaSchema, columns: Set<Int>? = nil) throws {
    let wanted = schema.fields.enumerated()
      .filter { columns?.contains($0.offset) ?? true }.map { ($0.element.physicalName, $0.offset) }
    let positions = Dictionary(wanted) { first, _ in first }
    var bounds = [ColumnBounds](repeating: ColumnBounds(), count: schema.fields.count)
    var numRecords: Int?
    var tightBounds = true
    var reader = JSONReader(Array(text.utf8))
    try reader.object { reader, name in
      switch name {
      case "numRecords": numRecords = try reader.optionalInt()
      case "tightBounds": tightBounds = try reader.optionalBoolean() ?? true
      case "minValues", "maxValues", "nullCount":
        if try reader.null() { return }
        try reader.object { reader, column in
          guard let position = positions[column] else { return try reader.skipValue() }
          bounds[position].read(try reader.value(), name, schema.fields[position].type)
        }
      default: try reader.skipValue()
      }
    }
    try reader.requireEnd()
    self.init(
      numRecords: try reader.required(numRecords, "stats.numRecords"), tightBounds: tightBounds,
      columns: bounds)
  }
}

extension ColumnBounds {
  fileprivate mutating func read(_ value: JSONValue, _ part: String, _ type: DeltaType) {
    if case .structure(let children) = type {
      if fields.isEmpty { fields = children.map { _ in ColumnBounds() } }
      for (position, child) in children.enumerated() {
        if let value = value[child.physicalName] { fields[position].read(value, part, child.type) }
      }
      return
    }
    switch part {
    case "minValues": min = StatisticsValue.parse(value, type, isUpper: false)
    case "maxValues": max = StatisticsValue.parse(value, type, isUpper: true)
    default: nullCount = value.integer
    }
  }
}
