import CDCCore

/// From the columns that a table has to those that a package's rows want, one ALTER TABLE after the other. What is to be done
/// next follows from the columns that the table has now, so a runner that comes later goes on where another one stopped.
///
/// Where names go round (two columns swap theirs, a new column gets the name of a dropped one) the names before and after can
/// be the same. Such columns are renamed to a name of their own first; then the new shape is written down, which marks
/// that this was done; only then do they get their new names, or go.
struct Reshaping {
  enum Step: Hashable {
    case rename(String, to: String)
    case drop(String)
    case add(ColumnSchema)
    /// The new shape is written down.
    case mark
  }

  private let staged: StagedTable
  private var isMarked: Bool
  var held: [HeldColumn]

  init(_ staged: StagedTable, _ held: [HeldColumn], isMarked: Bool) {
    self.staged = staged
    self.held = held
    self.isMarked = isMarked
  }

  /// Nil where the table takes the rows.
  ///
  /// - Throws: `CDCError.schemaContract` where it cannot be made to.
  func next() throws -> Step? {
    let names = Set(held.map { $0.name.lowercased() })
    func has(_ name: String) -> Bool { names.contains(name.lowercased()) }
    let round = staged.moves.compactMap { move in move.through.map { (move, $0) } }
    if !isMarked, !round.isEmpty {
      for (move, through) in round where !has(through) { return .rename(move.from, to: through) }
      return .mark
    }
    for (move, through) in round where has(through) {
      return move.to.map { .rename(through, to: $0) } ?? .drop(through)
    }
    for move in staged.moves where move.through == nil {
      if let to = move.to, !has(to) { return .rename(move.from, to: to) }
    }
    let change = ShapeChange(replacing: held, by: staged.liveColumns)
    try change.requireEvolvable(staged.table.name)
    return change.added.first.map { .add($0) }
  }

  /// The step was made.
  mutating func take(_ step: Step) {
    switch step {
    case .mark: isMarked = true
    case .add(let column): held.append(HeldColumn(column))
    case .drop(let name): held.removeAll { $0.name.lowercased() == name.lowercased() }
    case .rename(let name, let other):
      for index in held.indices where held[index].name.lowercased() == name.lowercased() {
        held[index].name = other
      }
    }
  }
}

extension Reshaping.Step {
  /// None for the mark.
  func statements(_ tables: TableStatements, to held: [HeldColumn], target: String) -> [String] {
    switch self {
    case .rename(let name, let other): [tables.renameColumn(name, to: other, target: target)]
    case .drop(let name): [tables.dropColumn(name, target: target)]
    case .add(let column): tables.adding(column, to: held, target: target)
    case .mark: []
    }
  }
}
