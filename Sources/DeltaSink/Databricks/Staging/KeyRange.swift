import CDCCore

/// Between which values each column of a key lies, over all rows staged: what lets a MERGE skip files.
struct KeyRange {
  private let columns: [ColumnSchema]
  private var ranges: [(least: Value, greatest: Value)?]
  /// A value that has no order here.
  private var isUnknown: [Bool]

  init(_ columns: [ColumnSchema]) {
    self.columns = columns
    ranges = columns.map { _ in nil }
    isUnknown = columns.map { _ in false }
  }

  /// - Parameter vectors: one a column, without nulls.
  mutating func add(_ vectors: [ColumnVector]) {
    for (index, vector) in vectors.enumerated() where vector.count > 0 && !isUnknown[index] {
      switch vector.values {
      case .int32(let values): add(index, values.min(), values.max()) { .integer(Int128($0)) }
      case .int64(let values): add(index, values.min(), values.max()) { .integer(Int128($0)) }
      case .int128(let values): add(index, values.min(), values.max()) { .integer($0) }
      case .bytes(let strings): addStrings(index, strings)
      default: isUnknown[index] = true
      }
    }
  }

  private mutating func add<T>(_ index: Int, _ least: T?, _ greatest: T?, _ value: (T) -> Value) {
    guard let least, let greatest else { return }
    add(index, value(least), value(greatest))
  }

  private mutating func addStrings(_ index: Int, _ strings: ByteStrings) {
    var least = strings[0]
    var greatest = strings[0]
    for row in 1..<max(strings.count, 1) {
      let value = strings[row]
      if value.lexicographicallyPrecedes(least) { least = value }
      if greatest.lexicographicallyPrecedes(value) { greatest = value }
    }
    add(index, .bytes(Array(least)), .bytes(Array(greatest)))
  }

  private mutating func add(_ index: Int, _ least: Value, _ greatest: Value) {
    guard let range = ranges[index] else {
      ranges[index] = (least, greatest)
      return
    }
    ranges[index] = (
      Self.precedes(least, range.least) ? least : range.least,
      Self.precedes(range.greatest, greatest) ? greatest : range.greatest
    )
  }

  private static func precedes(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.integer(let a), .integer(let b)): a < b
    case (.bytes(let a), .bytes(let b)): a.lexicographicallyPrecedes(b)
    default: false
    }
  }

  /// Those that have literals.
  ///
  /// - Parameter names: those that the columns have now.
  func bounds(named names: [String]) -> [StagedBound] {
    zip(columns, ranges).enumerated().compactMap { index, item in
      guard let range = item.1, !isUnknown[index],
        let least = KeyLiteral.bound(range.least, item.0.type),
        let greatest = KeyLiteral.bound(range.greatest, item.0.type)
      else { return nil }
      return StagedBound(
        column: names.indices.contains(index) ? names[index] : item.0.name, least: least, greatest: greatest)
    }
  }
}
