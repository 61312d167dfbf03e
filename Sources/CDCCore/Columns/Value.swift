/// One value, for keys, statistics, tests and printing; never on the hot path.
public enum Value: Sendable, Hashable {
  case null
  case boolean(Bool)
  /// Every integer, date, timestamp, and the unscaled value of a decimal.
  case integer(Int128)
  case float(Float)
  case double(Double)
  case bytes([UInt8])
  case list([Value])
  case map([Value], [Value])
  case structure([Value])
}

extension ColumnVector {
  public func value(at row: Int) -> Value {
    if isNull(row) { return .null }
    switch values {
    case .boolean(let values): return .boolean(values[row])
    case .int32(let values): return .integer(Int128(values[row]))
    case .int64(let values): return .integer(Int128(values[row]))
    case .int128(let values): return .integer(values[row])
    case .float(let values): return .float(values[row])
    case .double(let values): return .double(values[row])
    case .bytes(let values): return .bytes(Array(values[row]))
    case .list(let offsets, let elements):
      return .list((offsets[row]..<offsets[row + 1]).map { elements.value(at: Int($0)) })
    case .map(let offsets, let keys, let values):
      let range = offsets[row]..<offsets[row + 1]
      return .map(range.map { keys.value(at: Int($0)) }, range.map { values.value(at: Int($0)) })
    case .structure(let fields): return .structure(fields.map { $0.value(at: row) })
    }
  }
}
