public import CDCCore

extension ColumnVector {
  /// A vector of plain values, for tests.
  public init(_ type: ColumnType, _ values: [Value]) {
    let nulls = values.indices.filter { values[$0] == .null }.map { Int32($0) }
    self.init(
      count: values.count, validity: Validity(count: values.count, nullRows: nulls),
      values: Self.physical(type, values))
  }

  private static func physical(_ type: ColumnType, _ values: [Value]) -> Values {
    switch type {
    case .boolean: .boolean(values.map { $0 == .boolean(true) })
    case .short, .int, .date: .int32(values.map { Int32(integer($0)) })
    case .decimal(let precision, _) where precision > 18: .int128(values.map { integer($0) })
    case .long, .timestamp, .timestampNTZ, .decimal: .int64(values.map { Int64(integer($0)) })
    case .float: .float(values.map { if case .float(let value) = $0 { value } else { 0 } })
    case .double: .double(values.map { if case .double(let value) = $0 { value } else { 0 } })
    case .string, .variant, .binary: .bytes(strings(values))
    case .list(let element): list(element, values)
    case .map(let key, let value): map(key, value, values)
    case .structure(let fields):
      .structure(
        fields.indices.map { field in
          ColumnVector(
            fields[field].type,
            values.map { if case .structure(let parts) = $0 { parts[field] } else { .null } })
        })
    }
  }

  private static func integer(_ value: Value) -> Int128 {
    if case .integer(let number) = value { number } else { 0 }
  }

  private static func strings(_ values: [Value]) -> ByteStrings {
    var result = ByteStrings()
    for value in values {
      if case .bytes(let bytes) = value { result.append(bytes) } else { result.append([]) }
    }
    return result
  }

  private static func list(_ element: ColumnType, _ values: [Value]) -> Values {
    var offsets: [Int32] = [0]
    var children: [Value] = []
    for value in values {
      if case .list(let elements) = value { children += elements }
      offsets.append(Int32(children.count))
    }
    return .list(offsets: offsets, elements: ColumnVector(element, children))
  }

  private static func map(_ key: ColumnType, _ value: ColumnType, _ values: [Value]) -> Values {
    var offsets: [Int32] = [0]
    var allKeys: [Value] = []
    var allValues: [Value] = []
    for case let entry in values {
      if case .map(let keys, let values) = entry {
        allKeys += keys
        allValues += values
      }
      offsets.append(Int32(allKeys.count))
    }
    return .map(offsets: offsets, keys: ColumnVector(key, allKeys), values: ColumnVector(value, allValues))
  }
}

extension RowBatch {
  /// Rows of plain values, for tests.
  public init(_ table: TableSchema, _ rows: [[Value]]) {
    self.init(
      table: table, rowCount: rows.count,
      columns: table.columns.indices.map { column in
        ColumnVector(table.columns[column].type, rows.map { $0[column] })
      })
  }

  public var rowValues: [[Value]] {
    (0..<rowCount).map { row in columns.map { $0.value(at: row) } }
  }
}

extension Value {
  public static func text(_ text: String) -> Value { .bytes(Array(text.utf8)) }
}
