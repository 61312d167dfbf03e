/// Makes one byte string of each row's key columns, equal exactly where the keys are.
///
/// A key that is a single string or binary column is taken as it is. Otherwise each value is written in
/// column order: fixed-width ones little-endian, variable ones behind their length, elements of nested
/// ones behind a byte that says whether they are null.
enum KeyBytes {
  static func keys(of columns: [ColumnVector], rowCount: Int) -> ByteStrings {
    if columns.count == 1, case .bytes(let strings) = columns[0].values { return strings }
    var result = ByteStrings()
    result.offsets.reserveCapacity(rowCount + 1)
    result.bytes.reserveCapacity(rowCount * columns.count * 8)
    for row in 0..<rowCount {
      for column in columns { append(column, row, to: &result.bytes) }
      result.offsets.append(Int32(result.bytes.count))
    }
    return result
  }

  private static func append(_ column: ColumnVector, _ row: Int, to bytes: inout [UInt8]) {
    switch column.values {
    case .boolean(let values): bytes.append(values[row] ? 1 : 0)
    case .int32(let values): append(values[row], to: &bytes)
    case .int64(let values): append(values[row], to: &bytes)
    case .int128(let values): append(values[row], to: &bytes)
    case .float(let values): append(canonical(Double(values[row])), to: &bytes)
    case .double(let values): append(canonical(values[row]), to: &bytes)
    case .bytes(let values):
      let value = values[row]
      append(Int32(value.count), to: &bytes)
      bytes.append(contentsOf: value)
    case .list(let offsets, let elements):
      append(offsets[row + 1] - offsets[row], to: &bytes)
      for child in offsets[row]..<offsets[row + 1] { appendNullable(elements, Int(child), to: &bytes) }
    case .map(let offsets, let keys, let values):
      append(offsets[row + 1] - offsets[row], to: &bytes)
      for child in offsets[row]..<offsets[row + 1] {
        append(keys, Int(child), to: &bytes)
        appendNullable(values, Int(child), to: &bytes)
      }
    case .structure(let fields):
      for field in fields { appendNullable(field, row, to: &bytes) }
    }
  }

  private static func appendNullable(_ column: ColumnVector, _ row: Int, to bytes: inout [UInt8]) {
    bytes.append(column.isNull(row) ? 0 : 1)
    if !column.isNull(row) { append(column, row, to: &bytes) }
  }

  @inline(__always)
  private static func append<T: FixedWidthInteger>(_ value: T, to bytes: inout [UInt8]) {
    var rest = value
    for _ in 0..<(T.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  /// PostgreSQL's equality of floats: −0 equals 0, and every NaN equals every other.
  private static func canonical(_ value: Double) -> UInt64 {
    value == 0 ? 0 : value.isNaN ? Double.nan.bitPattern : value.bitPattern
  }
}
