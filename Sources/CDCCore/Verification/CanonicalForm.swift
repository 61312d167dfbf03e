/// The form in which values of two columns are compared: a destination's type may be wider than the source's, and the
/// same value must then count as the same.
indirect enum CanonicalForm: Sendable, Hashable {
  case boolean, integer, float, double, bytes, date, microseconds
  /// JSON, by what it means.
  case json
  /// Unscaled values of this scale.
  case decimal(scale: Int)
  case list(CanonicalForm)
  case map(CanonicalForm, CanonicalForm)
  case structure([CanonicalForm])

  /// Nil where no value of the one type equals a value of the other.
  init?(_ a: ColumnType, _ b: ColumnType) {
    switch (a, b) {
    case (.boolean, .boolean): self = .boolean
    case (.float, .float): self = .float
    case (.float, .double), (.double, .float), (.double, .double): self = .double
    case (.string, .string), (.binary, .binary): self = .bytes
    case (.variant, .variant): self = .json
    case (.date, .date): self = .date
    case (.timestamp, .timestamp), (.timestampNTZ, .timestampNTZ): self = .microseconds
    case (.date, .timestampNTZ), (.timestampNTZ, .date): self = .microseconds
    case (.list(let a), .list(let b)):
      guard let element = Self(a, b) else { return nil }
      self = .list(element)
    case (.map(let keyA, let valueA), .map(let keyB, let valueB)):
      guard let key = Self(keyA, keyB), let value = Self(valueA, valueB) else { return nil }
      self = .map(key, value)
    case (.structure(let a), .structure(let b)):
      guard a.map(\.name) == b.map(\.name) else { return nil }
      let fields = zip(a, b).compactMap { Self($0.type, $1.type) }
      guard fields.count == a.count else { return nil }
      self = .structure(fields)
    default:
      guard let scaleA = a.scale, let scaleB = b.scale else { return nil }
      self = a.isInteger && b.isInteger ? .integer : .decimal(scale: max(scaleA, scaleB))
    }
  }
}

extension ColumnType {
  var isInteger: Bool {
    switch self {
    case .short, .int, .long: true
    default: false
    }
  }

  /// Decimal places of an exact number; nil of other types.
  var scale: Int? {
    if case .decimal(_, let scale) = self { return scale }
    return isInteger ? 0 : nil
  }
}

/// The columns of a table that are compared: where they stand on either side, and in which form.
struct ColumnAlignment: Sendable {
  struct Pair: Sendable {
    var name: String
    var source: Int
    var destination: Int
    var form: CanonicalForm
  }

  /// The key's columns, in the key's order; of a table without key all columns.
  var key: [Pair] = []
  /// The other columns; none of a table without key.
  var rest: [Pair] = []
  var hasKey: Bool
  var differences: [ShapeDifference] = []

  /// Columns that only the destination has are its own affair: dropped at the source, or added by it.
  init(source: TableSchema, destination: TableSchema) {
    hasKey = source.hasKey
    let places = Dictionary(
      destination.columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, column) in source.columns.enumerated() {
      guard let place = places[column.name] else {
        differences.append(.columnMissing(column.name))
        continue
      }
      let other = destination.columns[place].type
      guard let form = CanonicalForm(column.type, other) else {
        differences.append(.typesDiffer(column: column.name, source: column.type, destination: other))
        continue
      }
      let pair = Pair(name: column.name, source: index, destination: place, form: form)
      if !source.hasKey || source.key.contains(index) { key.append(pair) } else { rest.append(pair) }
    }
    if source.hasKey {
      key.sort { (source.key.firstIndex(of: $0.source) ?? 0) < (source.key.firstIndex(of: $1.source) ?? 0) }
      // Without its whole key a row cannot be found again.
      if key.count < source.key.count { key = [] }
    }
  }

  var canCompareRows: Bool { !key.isEmpty }
}
