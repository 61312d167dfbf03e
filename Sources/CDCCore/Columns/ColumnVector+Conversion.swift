/// Values of a column whose type is another now: taken over where that loses nothing.
extension ColumnType {
  /// True where every value of this type has its like in the other: wider integers, decimals and floats, text for integers,
  /// decimals and booleans, and what is made of such.
  package func isConvertible(to type: ColumnType) -> Bool {
    if self == type { return true }
    return switch (self, type) {
    case (.short, .int), (.short, .long), (.int, .long), (.float, .double),
      (.short, .string), (.int, .string), (.long, .string), (.decimal, .string), (.boolean, .string):
      true
    case (.short, .decimal(let precision, let scale)): precision - scale >= 5
    case (.int, .decimal(let precision, let scale)): precision - scale >= 10
    case (.long, .decimal(let precision, let scale)): precision - scale >= 19
    case (.decimal(let precision, let scale), .decimal(let wider, let finer)):
      finer >= scale && wider - finer >= precision - scale
    case (.list(let own), .list(let other)): own.isConvertible(to: other)
    case (.map(let key, let value), .map(let otherKey, let other)):
      key.isConvertible(to: otherKey) && value.isConvertible(to: other)
    case (.structure(let own), .structure(let others)):
      own.allSatisfy { field in others.contains { $0.takes(field) } }
    default: false
    }
  }
}

extension ColumnSchema {
  /// Whether this struct field takes over the values of the other.
  package func takes(_ field: ColumnSchema) -> Bool {
    name == field.name && field.type.isConvertible(to: type)
  }
}

extension ColumnVector {
  /// Nil where the types do not allow it. A struct's field that was not there before is null.
  package func converted(from own: ColumnType, to type: ColumnType) -> ColumnVector? {
    guard own.isConvertible(to: type) else { return nil }
    return ColumnVector(
      count: count, validity: validity, values: values.converted(from: own, to: type, count))
  }
}

extension ColumnVector.Values {
  fileprivate func converted(from own: ColumnType, to type: ColumnType, _ count: Int) -> Self {
    switch (self, own, type) {
    case (.float(let values), _, .double): .double(values.map { Double($0) })
    case (.list(let offsets, let elements), .list(let own), .list(let type)):
      .list(offsets: offsets, elements: elements.assumed(from: own, to: type))
    case (.map(let offsets, let keys, let values), .map(let ownKey, let own), .map(let key, let type)):
      .map(
        offsets: offsets, keys: keys.assumed(from: ownKey, to: key),
        values: values.assumed(from: own, to: type))
    case (.structure(let fields), .structure(let own), .structure(let types)):
      .structure(
        types.map { type in
          own.firstIndex { type.takes($0) }.map { fields[$0].assumed(from: own[$0].type, to: type.type) }
            ?? ColumnVector(nulls: count, of: type.type)
        })
    case (.boolean, _, .string), (.int32, _, .string), (.int64, _, .string), (.int128, _, .string):
      .bytes(texts(own, count))
    case (.int32, _, .long), (.int32, _, .decimal), (.int64, _, .decimal), (.int128, _, .decimal):
      integers.map { .scaled($0, from: own, to: type) } ?? self
    default: self
    }
  }

  private func texts(_ type: ColumnType, _ count: Int) -> ByteStrings {
    let vector = ColumnVector(count: count, values: self)
    var texts = ByteStrings()
    for row in 0..<count { texts.append(vector.value(at: row).text(as: type).utf8) }
    return texts
  }

  private var integers: [Int128]? {
    switch self {
    case .int32(let values): values.map { Int128($0) }
    case .int64(let values): values.map { Int128($0) }
    case .int128(let values): values
    default: nil
    }
  }

  private static func scaled(_ values: [Int128], from own: ColumnType, to type: ColumnType) -> Self {
    guard case .decimal(let precision, let scale) = type else {
      return .int64(values.map { Int64(truncatingIfNeeded: $0) })
    }
    var places = scale
    if case .decimal(_, let own) = own { places -= own }
    var factor: Int128 = 1
    for _ in 0..<places { factor *= 10 }
    if precision > 18 { return .int128(values.map { $0 &* factor }) }
    return .int64(values.map { Int64(truncatingIfNeeded: $0 &* factor) })
  }
}

extension ColumnVector {
  /// Where the types are known to allow it.
  fileprivate func assumed(from own: ColumnType, to type: ColumnType) -> ColumnVector {
    converted(from: own, to: type) ?? ColumnVector(nulls: count, of: type)
  }
}
