/// What the oracle has to say against a run.
struct Finding: Error, Sendable, CustomStringConvertible {
  enum Kind: String, Sendable {
    /// The lake does not hold what it should.
    case difference
    /// The pipeline failed though nobody made it fail.
    case error
    /// It did not end.
    case hang
    /// The script or the oracle itself is wrong.
    case invalid
  }

  var kind: Kind
  /// The round after which it was found; −1: before the first.
  var round: Int
  /// What makes two findings the same while a script is shortened.
  var signature: String
  var description: String
}

/// What was done: for the record of a run.
struct Tally: Sendable {
  var scripts = 0
  var changes = 0
  var transactions = 0
  var comparisons = 0
  var refusedStatements = 0
  var actions = 0

  static func += (left: inout Tally, right: Tally) {
    left.scripts += right.scripts
    left.changes += right.changes
    left.transactions += right.transactions
    left.comparisons += right.comparisons
    left.refusedStatements += right.refusedStatements
    left.actions += right.actions
  }
}

extension Tally: CustomStringConvertible {
  var description: String {
    "\(scripts) scripts, \(transactions) transactions with \(changes) changes, \(actions) runs of the pipeline, "
      + "\(comparisons) tables compared, \(refusedStatements) statements refused by the server"
  }
}
