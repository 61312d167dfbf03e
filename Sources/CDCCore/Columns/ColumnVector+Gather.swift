/// Picking rows out of vectors: the one mechanism behind compaction, filters and merges.
extension ColumnVector {
  /// The rows named, in the order named; a row may be named more than once. −1 gives a null.
  public func gather(_ rows: [Int32]) -> ColumnVector {
    ColumnVector(count: rows.count, validity: gatherValidity(rows), values: gatherValues(rows))
  }

  private func gatherValidity(_ rows: [Int32]) -> Validity? {
    var nulls: [Int32] = []
    for (position, row) in rows.enumerated() where row < 0 || isNull(Int(row)) {
      nulls.append(Int32(position))
    }
    return nulls.isEmpty ? nil : Validity(count: rows.count, nullRows: nulls)
  }

  private func gatherValues(_ rows: [Int32]) -> Values {
    switch values {
    case .boolean(let source): .boolean(pick(source, rows, false))
    case .int32(let source): .int32(pick(source, rows, 0))
    case .int64(let source): .int64(pick(source, rows, 0))
    case .int128(let source): .int128(pick(source, rows, 0))
    case .float(let source): .float(pick(source, rows, 0))
    case .double(let source): .double(pick(source, rows, 0))
    case .bytes(let source): .bytes(source.gather(rows))
    case .list(let offsets, let elements):
      { (picked: GatheredRanges) in
        .list(offsets: picked.offsets, elements: elements.gather(picked.children))
      }(GatheredRanges(offsets, rows))
    case .map(let offsets, let keys, let values):
      { (picked: GatheredRanges) in
        .map(
          offsets: picked.offsets, keys: keys.gather(picked.children),
          values: values.gather(picked.children))
      }(GatheredRanges(offsets, rows))
    case .structure(let fields): .structure(fields.map { $0.gather(rows) })
    }
  }
}

@inline(__always)
private func pick<T>(_ source: [T], _ rows: [Int32], _ placeholder: T) -> [T] {
  rows.map { $0 < 0 ? placeholder : source[Int($0)] }
}

extension ByteStrings {
  /// The values named, in the order named; −1 gives an empty one.
  public func gather(_ rows: [Int32]) -> ByteStrings {
    var result = ByteStrings()
    result.offsets.reserveCapacity(rows.count + 1)
    result.bytes.reserveCapacity(rows.count * (bytes.count / max(count, 1)))
    for row in rows {
      if row >= 0 { result.bytes.append(contentsOf: self[Int(row)]) }
      result.offsets.append(Int32(result.bytes.count))
    }
    return result
  }
}

/// The child rows that a choice of list rows brings along.
private struct GatheredRanges {
  var offsets: [Int32] = [0]
  var children: [Int32] = []

  init(_ source: [Int32], _ rows: [Int32]) {
    for row in rows {
      if row >= 0 { children.append(contentsOf: source[Int(row)]..<source[Int(row) + 1]) }
      offsets.append(Int32(children.count))
    }
  }
}
