import CDCCore

/// A table that the pipeline wrote before, as `_cdc_schema` has it.
struct KnownTable: Sendable {
  var target: String
  var version: Int64 = 0
  /// As the last load or package left it, with the key of the source's table; nil where the table is no longer followed.
  var shape: TableSchema?
  /// Of all shapes: the source's own names, in lower case.
  var everyName: Set<String> = []
  var loadID: String?
  var loadPosition: LSN?
  /// The number of the checkpoint before the load.
  var loadedAfter: Int64 = 0

  /// A column that the source has dropped; the table keeps it.
  static let droppedNumber = 0

  /// By name, in lower case: what the source knows columns of the table by. A name that is not in it is known by its name.
  var numbers: [String: Int] {
    guard let shape, shape.columns.contains(where: { $0.number != nil }) else { return [:] }
    var numbers = Dictionary(everyName.map { ($0, Self.droppedNumber) }) { first, _ in first }
    for column in shape.columns { numbers[column.name.lowercased()] = column.number }
    return numbers
  }

  /// True where nothing has to be written down for the table to be known so.
  func isNoted(_ table: TableSchema) -> Bool {
    guard let shape, shape.isNoted(like: table) else { return false }
    return ShapeComments(shape, to: table).isEmpty
  }
}

extension TableSchema {
  /// Comments that the source no longer tells stay as they were.
  func keepingComments(of old: TableSchema?) -> TableSchema {
    guard let old else { return self }
    var table = self
    table.comment = comment ?? old.comment
    let comments = Dictionary(old.columns.map { ($0.name.lowercased(), $0.comment) }) { first, _ in first }
    for index in columns.indices where columns[index].comment == nil {
      table.columns[index].comment = comments[columns[index].name.lowercased()] ?? nil
    }
    return table
  }

  /// Every change a row: the columns about the change follow the source's own.
  var isAppendedShape: Bool {
    ["_cdc_op", "_cdc_lsn", "_cdc_sequence"].allSatisfy { name in columns.contains { $0.name == name } }
  }
}

/// The comments that the source has given since: what a person has written in Databricks stays otherwise.
struct ShapeComments: Sendable {
  /// Nil where it stays.
  var table: String?
  var columns: [(name: String, comment: String)] = []

  /// - Parameters:
  ///   - old: the shape written down last; nil where there is none.
  ///   - held: what the table has: what it says already need not be said.
  init(_ old: TableSchema?, to new: TableSchema, held: [HeldColumn] = []) {
    if new.comment != old?.comment { table = new.comment }
    let known = Dictionary((old?.columns ?? []).map { ($0.name.lowercased(), $0.comment) }) { first, _ in
      first
    }
    let present = Dictionary(held.map { ($0.name.lowercased(), $0.comment) }) { first, _ in first }
    columns = new.columns.compactMap { column in
      let name = column.name.lowercased()
      guard let comment = column.comment, comment != known[name] ?? nil, comment != present[name] ?? nil
      else { return nil }
      return (column.name, comment)
    }
  }

  var isEmpty: Bool { table == nil && columns.isEmpty }
}
