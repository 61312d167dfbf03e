extension ColumnVector {
  /// A vector of nulls in the physical form of the type.
  public init(nulls count: Int, of type: ColumnType) {
    self.init(
      count: count, validity: Validity(count: count, words: [UInt64](repeating: 0, count: (count + 63) / 64)),
      values: Self.placeholders(count, type))
  }

  private static func placeholders(_ count: Int, _ type: ColumnType) -> Values {
    let offsets = [Int32](repeating: 0, count: count + 1)
    return switch type {
    case .boolean: .boolean([Bool](repeating: false, count: count))
    case .short, .int, .date: .int32([Int32](repeating: 0, count: count))
    case .long, .timestamp, .timestampNTZ: .int64([Int64](repeating: 0, count: count))
    case .decimal(let precision, _):
      precision <= 18
        ? .int64([Int64](repeating: 0, count: count)) : .int128([Int128](repeating: 0, count: count))
    case .float: .float([Float](repeating: 0, count: count))
    case .double: .double([Double](repeating: 0, count: count))
    case .string, .variant, .binary: .bytes(ByteStrings(offsets: offsets, bytes: []))
    case .list(let element): .list(offsets: offsets, elements: ColumnVector(nulls: 0, of: element))
    case .map(let key, let value):
      .map(
        offsets: offsets, keys: ColumnVector(nulls: 0, of: key), values: ColumnVector(nulls: 0, of: value))
    case .structure(let fields): .structure(fields.map { ColumnVector(nulls: count, of: $0.type) })
    }
  }
}
