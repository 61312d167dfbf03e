import CDCCore

/// A column of a table of the dataset, as Databricks has it.
struct HeldColumn: Sendable, Hashable {
  var name: String
  /// In Databricks' words.
  var typeText: String
  var comment: String?
  /// What the source knows it by; `KnownTable.droppedNumber` where the source has dropped it; nil: by its name.
  var number: Int?

  var type: ColumnType? { SQLTypeParser.parse(typeText) }
}

extension HeldColumn {
  init(_ column: ColumnSchema) {
    self.init(
      name: column.name, typeText: column.type.sqlName, comment: column.comment, number: column.number)
  }
}

/// A column of a table in Databricks that gets another name, or goes so that another can have its name.
struct ColumnMove: Sendable, Hashable {
  var from: String
  /// Nil: the column goes.
  var to: String?
  /// The name in between, where names go round: a column of that name tells that the table is on its way.
  var through: String?

  static let prefix = "_cdc_moving_"
}

/// How a table of the dataset must change to take rows of a shape.
///
/// Columns are known by the source's number where both sides have one, else by name, which Databricks compares without case.
struct ShapeChange: Sendable {
  private(set) var added: [ColumnSchema] = []
  private(set) var moves: [ColumnMove] = []
  /// Columns that the shape does not have, and that stay.
  private(set) var surplus: [String] = []
  /// The first column whose type is another one.
  private(set) var conflict: (column: ColumnSchema, held: String)?
  /// By column of the shape: its name in the table as it is; nil where the table does not have it.
  private(set) var heldNames: [String?] = []

  init(_ held: [HeldColumn], to columns: [ColumnSchema]) {
    let known = ColumnPlaces(held.map { ($0.name.lowercased(), $0.number) })
    let places = columns.map { known.place(of: $0.name.lowercased(), number: $0.number) }
    var isTaken = [Bool](repeating: false, count: held.count)
    for (column, place) in zip(columns, places) {
      heldNames.append(place.map { held[$0].name })
      guard let place else {
        added.append(column)
        continue
      }
      isTaken[place] = true
      let own = held[place]
      if own.type?.isStored(like: column.type) != true, conflict == nil { conflict = (column, own.typeText) }
      if own.name.lowercased() != column.name.lowercased() {
        moves.append(ColumnMove(from: own.name, to: column.name))
      }
    }
    let names = Set(columns.map { $0.name.lowercased() })
    for (place, column) in held.enumerated() where !isTaken[place] {
      if names.contains(column.name.lowercased()) {
        moves.append(ColumnMove(from: column.name, to: nil))
      } else {
        surplus.append(column.name)
      }
    }
    // A name that is there before and after says nothing about what has been done.
    let before = Set(held.map { $0.name.lowercased() })
    for index in moves.indices {
      let isPlain = moves[index].to.map { !before.contains($0.lowercased()) } ?? false
      if !isPlain || names.contains(moves[index].from.lowercased()) {
        moves[index].through = "\(ColumnMove.prefix)\(index)"
      }
    }
  }

  /// As `init`, for rows that replace all that the table has: only names count.
  init(replacing held: [HeldColumn], by columns: [ColumnSchema]) {
    self.init(
      held.map { column in
        var column = column
        column.number = nil
        return column
      }, to: columns)
  }

  /// - Throws: `CDCError.schemaContract` where changes cannot be put into the table.
  func requireEvolvable(_ table: TableName) throws {
    guard let conflict else { return }
    throw CDCError(
      .schemaContract,
      "The column changed its type from \(conflict.held) to \(conflict.column.type.sqlName), which a table in "
        + "Databricks cannot follow in place. Load the table again: "
        + "cdc run --mode full_load --tables '\(table)'.", table: table, column: conflict.column.name)
  }
}
