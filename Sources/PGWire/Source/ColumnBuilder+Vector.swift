import CDCCore

/// The border to CDCCore: a builder's arrays become a column vector, moved and not copied.
extension ColumnBuilder {
  /// Hands over the rows so far; the builder is empty afterwards.
  mutating func takeVector() -> ColumnVector {
    if format.kind == .masked {
      nullRows.removeAll(keepingCapacity: true)
      return elements[0].takeVector()
    }
    let count = count
    let validity = nullRows.isEmpty ? nil : Validity(count: count, nullRows: nullRows)
    nullRows.removeAll(keepingCapacity: true)
    return ColumnVector(count: count, validity: validity, values: takeValues())
  }

  private mutating func takeValues() -> ColumnVector.Values {
    switch format.kind.storage {
    case .boolean: .boolean(take(&booleans))
    case .int32: .int32(take(&int32s))
    case .int64: .int64(take(&int64s))
    case .int128: .int128(take(&int128s))
    case .float: .float(take(&floats))
    case .double: .double(take(&doubles))
    case .bytes: .bytes(ByteStrings(offsets: takeOffsets(), bytes: take(&bytes)))
    case .list: .list(offsets: takeOffsets(), elements: elements[0].takeVector())
    case .map:
      .map(offsets: takeOffsets(), keys: elements[0].takeVector(), values: elements[1].takeVector())
    case .structure, .masked: .structure(elements.indices.map { elements[$0].takeVector() })
    }
  }

  private mutating func takeOffsets() -> [Int32] {
    let taken = take(&offsets)
    offsets = [0]
    return taken
  }
}

private func take<T>(_ array: inout [T]) -> [T] {
  var taken: [T] = []
  swap(&taken, &array)
  return taken
}
