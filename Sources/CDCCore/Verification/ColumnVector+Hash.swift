extension ColumnVector {
  /// Takes each row's value, in the form given, into the hash of that row.
  ///
  /// - Parameter type: this vector's own.
  func mix(into states: inout [UInt64], type: ColumnType, form: CanonicalForm) {
    // Fixed-width placeholders of null rows are hashed as well and then undone: one branch less in the loops.
    let before = nullCount == 0 ? [] : states
    switch (values, form) {
    case (.boolean(let values), _): mix(values, into: &states) { $0 ? 1 : 0 }
    case (.float(let values), .float): mix(values, into: &states) { Self.bits($0) }
    case (.float(let values), _): mix(values, into: &states) { Self.bits(Double($0)) }
    case (.double(let values), _): mix(values, into: &states) { Self.bits($0) }
    case (.int32(let values), .microseconds):
      mix(values, into: &states) { UInt64(bitPattern: Int64($0) * 86_400_000_000) }
    case (.int32(let values), .decimal(let scale)):
      mixScaled(values, by: scale - (type.scale ?? 0), into: &states)
    case (.int64(let values), .decimal(let scale)):
      mixScaled(values, by: scale - (type.scale ?? 0), into: &states)
    case (.int128(let values), .decimal(let scale)):
      mixScaled(values, by: scale - (type.scale ?? 0), into: &states)
    case (.int32(let values), _): mix(values, into: &states) { UInt64(bitPattern: Int64($0)) }
    case (.int64(let values), _): mix(values, into: &states) { UInt64(bitPattern: $0) }
    case (.int128(let values), _): mixScaled(values, by: 0, into: &states)
    case (.bytes(let strings), .json):
      for row in 0..<count where !isNull(row) {
        let bytes = JSONMeaning.canonical(strings[row])
        states[row] = RowHash.bytes(states[row], unsafe bytes.span.bytes, 0..<bytes.count)
      }
    case (.bytes(let strings), _):
      let bytes = unsafe strings.bytes.span.bytes
      for row in 0..<count {
        let range = Int(strings.offsets[row])..<Int(strings.offsets[row + 1])
        states[row] = RowHash.bytes(states[row], bytes, range)
      }
    default: mixNested(into: &states, type: type, form: form)
    }
    if let validity, validity.nullCount > 0 {
      for row in 0..<count where !validity[row] { states[row] = RowHash.round(before[row], RowHash.null) }
    }
  }

  @inline(__always)
  private func mix<T>(_ values: [T], into states: inout [UInt64], _ word: (T) -> UInt64) {
    for row in 0..<count { states[row] = RowHash.round(states[row], word(values[row])) }
  }

  /// Exact numbers brought to a common scale; a product that overflows wraps, alike on both sides only by accident.
  @inline(__always)
  private func mixScaled<T: FixedWidthInteger>(_ values: [T], by places: Int, into states: inout [UInt64]) {
    var factor: Int128 = 1
    for _ in 0..<max(places, 0) { factor = factor &* 10 }
    for row in 0..<count {
      let value = Int128(truncatingIfNeeded: values[row]) &* factor
      let low = UInt64(truncatingIfNeeded: value)
      states[row] = RowHash.round(RowHash.round(states[row], low), UInt64(truncatingIfNeeded: value >> 64))
    }
  }

  /// Bits of the value; all NaN are one, as PostgreSQL has it. −0 and 0 print differently and count as different.
  private static func bits(_ value: Double) -> UInt64 { value.isNaN ? 0x7FF8 << 48 : value.bitPattern }
  private static func bits(_ value: Float) -> UInt64 { value.isNaN ? 0x7FC0 << 16 : UInt64(value.bitPattern) }

  private func mixNested(into states: inout [UInt64], type: ColumnType, form: CanonicalForm) {
    switch (values, type, form) {
    case (.list(let offsets, let elements), .list(let elementType), .list(let elementForm)):
      let hashes = elements.hashes(type: elementType, form: elementForm)
      for row in 0..<count {
        let range = Int(offsets[row])..<Int(offsets[row + 1])
        states[row] = range.reduce(RowHash.round(states[row], UInt64(range.count))) {
          RowHash.round($0, hashes[$1])
        }
      }
    case (.map(let offsets, let keys, let values), .map(let keyType, let valueType), .map(let key, let value)):
      let keyHashes = keys.hashes(type: keyType, form: key)
      let valueHashes = values.hashes(type: valueType, form: value)
      for row in 0..<count {
        // The order of entries means nothing: their sum does.
        let range = Int(offsets[row])..<Int(offsets[row + 1])
        let sum = range.reduce(UInt64(range.count)) {
          $0 &+ RowHash.avalanche(RowHash.round(keyHashes[$1], valueHashes[$1]))
        }
        states[row] = RowHash.round(states[row], sum)
      }
    case (.structure(let fields), .structure(let types), .structure(let forms)):
      for (field, (type, form)) in zip(fields, zip(types, forms)) {
        field.mix(into: &states, type: type.type, form: form)
      }
    default:
      for row in 0..<count { states[row] = RowHash.round(states[row], RowHash.null) }
    }
  }

  private func hashes(type: ColumnType, form: CanonicalForm) -> [UInt64] {
    var states = [UInt64](repeating: RowHash.prime3, count: count)
    mix(into: &states, type: type, form: form)
    return states.map(RowHash.avalanche)
  }
}
