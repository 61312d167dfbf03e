import CDCCore

/// A table that the pipeline wrote before, as `_cdc_schema` has it.
struct KnownTable: Sendable {
  var target: String
  var version: Int64 = 0
  /// As the last load or package left it, with the key of the source's table; nil where the table is no longer followed.
  var shape: TableSchema?
  /// Of all shapes: by the source's own names, in lower case, the numbers that columns of that name had; nil: one without.
  var everyNumber: [String: Set<Int?>] = [:]
  var loadID: String?
  var loadPosition: LSN?
  /// The number of the checkpoint before the load.
  var loadedAfter: Int64 = 0

  /// A column that the source has dropped; the table keeps it.
  static let droppedNumber = 0

  /// By name, in lower case: what the source knows columns of the table by. A name that is not in it is known by its name.
  var numbers: [String: Int] {
    guard let shape, shape.columns.contains(where: { $0.number != nil }) else { return [:] }
    var numbers = everyNumber.mapValues { _ in Self.droppedNumber }
    for column in shape.columns { numbers[column.name.lowercased()] = column.number }
    return numbers
  }

  mutating func remember(_ column: String, _ number: Int?) {
    everyNumber[column.lowercased(), default: []].insert(number)
  }

  /// True where nothing has to be written down for the table to be known so.
  func isNoted(_ table: TableSchema) -> Bool {
    guard let shape, shape.isNoted(like: table) else { return false }
    return ShapeComments(shape, to: table).isEmpty
  }
}

extension TableSchema {
  /// Every change a row: the columns about the change follow the source's own.
  var isAppendedShape: Bool {
    ["_cdc_op", "_cdc_lsn", "_cdc_sequence"].allSatisfy { name in columns.contains { $0.name == name } }
  }
}

/// The comments that the source has given or taken away since: what a person has written in Databricks stays otherwise.
struct ShapeComments: Sendable {
  /// Nil where it stays, empty where it goes.
  var table: String?
  /// Empty where it goes.
  var columns: [(name: String, comment: String)] = []

  /// - Parameters:
  ///   - old: the shape written down last; nil where there is none.
  ///   - held: what the table has: what it says already need not be said. Nil where that is not known.
  init(_ old: TableSchema?, to new: TableSchema, held: [HeldColumn]? = nil) {
    if new.comment != old?.comment { table = new.comment ?? "" }
    let oldColumns = old?.columns ?? []
    let places = ColumnPlaces(oldColumns.map { ($0.name.lowercased(), $0.number) })
    columns = new.columns.compactMap { column in
      let place = places.place(of: column.name.lowercased(), number: column.number)
      let known = place.flatMap { oldColumns[$0].comment }
      guard column.comment != known else { return nil }
      guard let held else { return (column.name, column.comment ?? "") }
      let present = held.first { $0.name.lowercased() == column.name.lowercased() }?.comment ?? ""
      // A person's own words are not taken away with the source's.
      guard column.comment.map({ $0 != present }) ?? (present == known) else { return nil }
      return (column.name, column.comment ?? "")
    }
  }

  var isEmpty: Bool { table == nil && columns.isEmpty }
}

extension Collection<KnownTable> {
  /// The source's tables that are followed, by name.
  var held: [HeldTable] {
    compactMap { known in
      known.shape.flatMap { shape in
        shape.name.isOwn ? nil : HeldTable(schema: shape, position: known.loadPosition ?? .zero)
      }
    }.sorted { $0.schema.name < $1.schema.name }
  }
}
