/// The values of one column for a run of rows. Immutable once built; copying it copies references.
///
/// Values are dense: position i is row i, and a null row holds an unspecified placeholder (an empty
/// string, a zero), so fixed-width values can be read without looking at `validity` first.
public struct ColumnVector: Sendable {
  public let count: Int
  /// Nil where no row is null.
  public let validity: Validity?
  public let values: Values

  public enum Values: Sendable {
    case boolean([Bool])
    /// short, int, date
    case int32([Int32])
    /// long, timestamp, timestampNTZ, decimal up to 18 digits
    case int64([Int64])
    /// decimal of 19 to 38 digits
    case int128([Int128])
    case float([Float])
    case double([Double])
    /// string, binary
    case bytes(ByteStrings)
    /// Row i is `elements[offsets[i]..<offsets[i + 1]]`.
    indirect case list(offsets: [Int32], elements: ColumnVector)
    indirect case map(offsets: [Int32], keys: ColumnVector, values: ColumnVector)
    /// One vector a field, each as long as this one.
    case structure([ColumnVector])
  }

  /// - Precondition: `values` and `validity` have `count` rows.
  public init(count: Int, validity: Validity? = nil, values: Values) {
    self.count = count
    self.validity = validity?.nullCount == 0 ? nil : validity
    self.values = values
  }

  @inlinable public var nullCount: Int { validity?.nullCount ?? 0 }
  @inlinable public func isNull(_ row: Int) -> Bool { !(validity?[row] ?? true) }
}

extension ColumnVector {
  /// What the vector takes in memory, in bytes.
  public var byteCount: Int {
    let own =
      switch values {
      case .boolean: count
      case .int32, .float: count * 4
      case .int64, .double: count * 8
      case .int128: count * 16
      case .bytes(let strings): strings.bytes.count + strings.offsets.count * 4
      case .list(let offsets, let elements): offsets.count * 4 + elements.byteCount
      case .map(let offsets, let keys, let values):
        offsets.count * 4 + keys.byteCount + values.byteCount
      case .structure(let fields): fields.reduce(0) { $0 + $1.byteCount }
      }
    return own + (validity?.words.count ?? 0) * 8
  }
}
