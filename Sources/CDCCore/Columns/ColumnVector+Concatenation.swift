extension ColumnVector {
  /// The rows of all parts, one part after the other. All are of the type given.
  package init(concatenating parts: [ColumnVector], of type: ColumnType) {
    if parts.count == 1 {
      self = parts[0]
      return
    }
    var nulls: [Int32] = []
    var count = 0
    for part in parts {
      if part.nullCount > 0 {
        for row in 0..<part.count where part.isNull(row) { nulls.append(Int32(count + row)) }
      }
      count += part.count
    }
    self.init(
      count: count, validity: nulls.isEmpty ? nil : Validity(count: count, nullRows: nulls),
      values: Self.joined(parts, type))
  }

  private static func joined(_ parts: [ColumnVector], _ type: ColumnType) -> Values {
    switch ColumnVector(nulls: 0, of: type).values {
    case .boolean: .boolean(flat(parts) { if case .boolean(let values) = $0 { values } else { [] } })
    case .int32: .int32(flat(parts) { if case .int32(let values) = $0 { values } else { [] } })
    case .int64: .int64(flat(parts) { if case .int64(let values) = $0 { values } else { [] } })
    case .int128: .int128(flat(parts) { if case .int128(let values) = $0 { values } else { [] } })
    case .float: .float(flat(parts) { if case .float(let values) = $0 { values } else { [] } })
    case .double: .double(flat(parts) { if case .double(let values) = $0 { values } else { [] } })
    case .bytes: .bytes(joinedBytes(parts))
    case .list, .map, .structure: joinedNested(parts, type)
    }
  }

  private static func flat<T>(_ parts: [ColumnVector], _ values: (Values) -> [T]) -> [T] {
    var result: [T] = []
    for part in parts { result.append(contentsOf: values(part.values)) }
    return result
  }

  private static func joinedBytes(_ parts: [ColumnVector]) -> ByteStrings {
    var result = ByteStrings()
    for part in parts {
      guard case .bytes(let strings) = part.values else { continue }
      let base = Int32(result.bytes.count)
      result.bytes.append(contentsOf: strings.bytes)
      result.offsets.append(contentsOf: strings.offsets.dropFirst().map { $0 + base })
    }
    return result
  }

  private static func joinedNested(_ parts: [ColumnVector], _ type: ColumnType) -> Values {
    switch type {
    case .list(let element):
      var offsets: [Int32] = [0]
      var children: [ColumnVector] = []
      for case .list(let partOffsets, let elements) in parts.map(\.values) {
        appendOffsets(partOffsets, to: &offsets)
        children.append(elements)
      }
      return .list(offsets: offsets, elements: ColumnVector(concatenating: children, of: element))
    case .map(let key, let value):
      var offsets: [Int32] = [0]
      var allKeys: [ColumnVector] = []
      var allValues: [ColumnVector] = []
      for case .map(let partOffsets, let keys, let values) in parts.map(\.values) {
        appendOffsets(partOffsets, to: &offsets)
        allKeys.append(keys)
        allValues.append(values)
      }
      return .map(
        offsets: offsets, keys: ColumnVector(concatenating: allKeys, of: key),
        values: ColumnVector(concatenating: allValues, of: value))
    case .structure(let fields):
      return .structure(
        fields.enumerated().map { index, field in
          ColumnVector(
            concatenating: parts.compactMap { part in
              if case .structure(let vectors) = part.values { vectors[index] } else { nil }
            }, of: field.type)
        })
    default: return joined(parts, type)
    }
  }

  private static func appendOffsets(_ part: [Int32], to offsets: inout [Int32]) {
    let base = offsets[offsets.count - 1]
    offsets.append(contentsOf: part.dropFirst().map { $0 + base })
  }
}
