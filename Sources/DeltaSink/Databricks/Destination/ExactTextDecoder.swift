import CDCCore

/// Makes column vectors of the texts that `ExactText` asks for.
enum ExactTextDecoder {
  /// - Throws: `DatabricksError.invalidAnswer` where a text is not of its type's form.
  static func vector(_ texts: [String?], _ type: ColumnType) throws -> ColumnVector {
    let nulls = texts.indices.filter { texts[$0] == nil }.map { Int32($0) }
    let validity = Validity(count: texts.count, nullRows: nulls)
    return ColumnVector(count: texts.count, validity: validity, values: try values(texts, type))
  }

  private static func values(_ texts: [String?], _ type: ColumnType) throws -> ColumnVector.Values {
    switch type {
    case .boolean: .boolean(try scalars(texts, false) { ["true": true, "false": false][$0] })
    case .short, .int, .date: .int32(try scalars(texts, 0) { Int32($0) })
    case .long, .timestamp, .timestampNTZ: .int64(try scalars(texts, 0) { Int64($0) })
    case .decimal(let precision, let scale) where precision <= 18:
      .int64(try scalars(texts, 0) { unscaled($0, scale).flatMap { Int64(exactly: $0) } })
    case .decimal(_, let scale): .int128(try scalars(texts, 0) { unscaled($0, scale) })
    case .float: .float(try scalars(texts, 0) { Float($0) })
    case .double: .double(try scalars(texts, 0) { Double($0) })
    case .string, .variant: .bytes(strings(texts.map { Array(($0 ?? "").utf8) }))
    case .binary: .bytes(strings(try scalars(texts, []) { bytes($0) }))
    case .list(let element): try list(texts, element)
    case .map(let key, let value): try map(texts, key, value)
    case .structure(let fields): try structure(texts, fields)
    }
  }

  private static func scalars<T>(_ texts: [String?], _ placeholder: T, _ parse: (String) -> T?) throws -> [T]
  {
    try texts.map { text in
      guard let text else { return placeholder }
      guard let value = parse(text) else { throw invalid }
      return value
    }
  }

  private static var invalid: DatabricksError {
    DatabricksError(.invalidAnswer, "A query's result has a value that is not of its column's type.")
  }

  /// `-12.50`, and `0E-10` as Spark writes a zero of many places.
  private static func unscaled(_ text: String, _ scale: Int) -> Int128? {
    let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "E" || $0 == "e" }
    guard var exponent = parts.count == 2 ? Int(parts[1]) : 0 else { return nil }
    let halves = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    if halves.count == 2 { exponent -= halves[1].count }
    guard let number = Int128(halves.joined()) else { return nil }
    exponent += scale
    if number == 0 { return 0 }
    guard (0...38).contains(exponent) else { return nil }
    var result = number
    for _ in 0..<exponent {
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      result = product
    }
    return result
  }

  private static func bytes(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0 else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(digits.count / 2)
    for at in stride(from: 0, to: digits.count, by: 2) {
      guard let high = nibble(digits[at]), let low = nibble(digits[at + 1]) else { return nil }
      result.append(high << 4 | low)
    }
    return result
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }

  private static func strings(_ values: [[UInt8]]) -> ByteStrings {
    var result = ByteStrings()
    for value in values { result.append(value) }
    return result
  }
}

/// Nested values: JSON arrays of texts.
extension ExactTextDecoder {
  private static func elements(_ text: String?) throws -> [String?] {
    guard let text else { return [] }
    guard let elements = try? JSONValue(parsing: text).elements else { throw invalid }
    return try elements.map { element in
      switch element {
      case .string(let text): return text
      case .null: return nil
      default: throw invalid
      }
    }
  }

  private static func list(_ texts: [String?], _ element: ColumnType) throws -> ColumnVector.Values {
    var offsets: [Int32] = [0]
    var children: [String?] = []
    for text in texts {
      children += try elements(text)
      offsets.append(Int32(children.count))
    }
    return .list(offsets: offsets, elements: try vector(children, element))
  }

  private static func map(
    _ texts: [String?], _ key: ColumnType, _ value: ColumnType
  ) throws -> ColumnVector.Values {
    var offsets: [Int32] = [0]
    var keys: [String?] = []
    var values: [String?] = []
    for text in texts {
      let parts = try elements(text)
      if text != nil {
        guard parts.count == 2 else { throw invalid }
        keys += try elements(parts[0])
        values += try elements(parts[1])
        guard keys.count == values.count else { throw invalid }
      }
      offsets.append(Int32(keys.count))
    }
    return .map(offsets: offsets, keys: try vector(keys, key), values: try vector(values, value))
  }

  private static func structure(_ texts: [String?], _ fields: [ColumnSchema]) throws -> ColumnVector.Values {
    var columns = [[String?]](repeating: [], count: fields.count)
    for text in texts {
      let parts = try elements(text)
      guard text == nil || parts.count == fields.count else { throw invalid }
      for index in fields.indices { columns[index].append(text == nil ? nil : parts[index]) }
    }
    return .structure(try zip(columns, fields).map { try vector($0, $1.type) })
  }
}
