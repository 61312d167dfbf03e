import CDCCore

/// One struct column of a checkpoint, its fields by name. A field that the file does not have is null.
struct CheckpointFields {
  private let vector: ColumnVector
  private let fields: [String: (column: ParquetColumn, vector: ColumnVector)]

  struct Damaged: Error {
    var field: String
  }

  /// Nil where the column is no struct.
  init?(_ column: ParquetColumn, _ vector: ColumnVector) {
    guard case .structure(let vectors) = vector.values, vectors.count == column.children.count else {
      return nil
    }
    self.vector = vector
    fields = Dictionary(
      zip(column.children, vectors).map { ($0.name, ($0, $1)) }, uniquingKeysWith: { first, _ in first })
  }

  func isNull(_ row: Int) -> Bool { vector.isNull(row) }

  func string(_ name: String, _ row: Int) throws -> String? {
    guard let vector = present(name, row) else { return nil }
    return try Self.string(vector, row, name)
  }

  func int64(_ name: String, _ row: Int) throws -> Int64? {
    guard let vector = present(name, row) else { return nil }
    switch vector.values {
    case .int64(let values): return values[row]
    case .int32(let values): return Int64(values[row])
    default: throw Damaged(field: name)
    }
  }

  func int(_ name: String, _ row: Int) throws -> Int? { try int64(name, row).map { Int($0) } }

  func boolean(_ name: String, _ row: Int) throws -> Bool? {
    guard let vector = present(name, row) else { return nil }
    guard case .boolean(let values) = vector.values else { throw Damaged(field: name) }
    return values[row]
  }

  func strings(_ name: String, _ row: Int) throws -> [String]? {
    guard let vector = present(name, row) else { return nil }
    guard case .list(let offsets, let elements) = vector.values else { throw Damaged(field: name) }
    return try (Int(offsets[row])..<Int(offsets[row + 1])).map { try Self.string(elements, $0, name) }
  }

  func stringMap(_ name: String, _ row: Int) throws -> [String: String?]? {
    guard let vector = present(name, row) else { return nil }
    guard case .map(let offsets, let keys, let values) = vector.values else { throw Damaged(field: name) }
    var map: [String: String?] = [:]
    for entry in Int(offsets[row])..<Int(offsets[row + 1]) {
      let value = values.isNull(entry) ? nil : try Self.string(values, entry, name)
      map[try Self.string(keys, entry, name)] = .some(value)
    }
    return map
  }

  /// A struct within the struct; nil where it is null or not there.
  func structure(_ name: String, _ row: Int) -> CheckpointFields? {
    guard let field = fields[name], !field.vector.isNull(row) else { return nil }
    return CheckpointFields(field.column, field.vector)
  }

  private func present(_ name: String, _ row: Int) -> ColumnVector? {
    fields[name].flatMap { $0.vector.isNull(row) ? nil : $0.vector }
  }

  private static func string(_ vector: ColumnVector, _ row: Int, _ name: String) throws -> String {
    guard case .bytes(let strings) = vector.values,
      let text = String(validating: strings[row], as: UTF8.self)
    else { throw Damaged(field: name) }
    return text
  }
}
