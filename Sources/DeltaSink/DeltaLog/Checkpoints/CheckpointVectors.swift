import CDCCore

/// Column vectors from one optional value a row, for the nested columns of a checkpoint. Off the hot path.
enum CheckpointVectors {
  static func strings(_ values: [String?]) -> ColumnVector {
    var strings = ByteStrings()
    for value in values {
      if let value { strings.append(value.utf8) } else { strings.append([]) }
    }
    return ColumnVector(count: values.count, validity: validity(values), values: .bytes(strings))
  }

  static func longs(_ values: [Int64?]) -> ColumnVector {
    ColumnVector(count: values.count, validity: validity(values), values: .int64(values.map { $0 ?? 0 }))
  }

  static func ints(_ values: [Int32?]) -> ColumnVector {
    ColumnVector(count: values.count, validity: validity(values), values: .int32(values.map { $0 ?? 0 }))
  }

  static func booleans(_ values: [Bool?]) -> ColumnVector {
    ColumnVector(
      count: values.count, validity: validity(values), values: .boolean(values.map { $0 ?? false }))
  }

  static func stringLists(_ values: [[String]?]) -> ColumnVector {
    var offsets: [Int32] = [0]
    var elements: [String?] = []
    for value in values {
      elements += value ?? []
      offsets.append(Int32(elements.count))
    }
    return ColumnVector(
      count: values.count, validity: validity(values),
      values: .list(offsets: offsets, elements: strings(elements)))
  }

  /// Sorted by key, so that equal tables have equal checkpoints.
  static func stringMaps(_ maps: [[String: String?]?]) -> ColumnVector {
    var offsets: [Int32] = [0]
    var keys: [String?] = []
    var values: [String?] = []
    for map in maps {
      for (key, value) in (map ?? [:]).sorted(by: { $0.key < $1.key }) {
        keys.append(key)
        values.append(value)
      }
      offsets.append(Int32(keys.count))
    }
    return ColumnVector(
      count: maps.count, validity: validity(maps),
      values: .map(offsets: offsets, keys: strings(keys), values: strings(values)))
  }

  /// A struct that is null where `rows` are nil.
  static func structure<T>(_ rows: [T?], _ fields: [ColumnVector]) -> ColumnVector {
    ColumnVector(count: rows.count, validity: validity(rows), values: .structure(fields))
  }

  private static func validity<T>(_ values: [T?]) -> Validity? {
    let nulls = values.indices.filter { values[$0] == nil }.map { Int32($0) }
    return nulls.isEmpty ? nil : Validity(count: values.count, nullRows: nulls)
  }
}
