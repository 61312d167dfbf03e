/// The parts of a script by their places, and scripts without some of them.
extension Script {
  struct ActionPlace { var round: Int, isDuring: Bool, index: Int }
  struct TransactionPlace { var round: Int, session: Int, index: Int }
  struct StatementPlace { var transaction: TransactionPlace, index: Int }

  var size: Int {
    statementCount + tables.count * 10 + rounds.count * 5
      + rounds.reduce(0) { $0 + $1.during.count + $1.after.count }
  }

  var setupPlaces: [Int] { Array(setup.indices) }
  var roundPlaces: [Int] { Array(rounds.indices) }

  var actionPlaces: [ActionPlace] {
    rounds.indices.flatMap { round in
      rounds[round].during.indices.map { ActionPlace(round: round, isDuring: true, index: $0) }
        + rounds[round].after.indices.map { ActionPlace(round: round, isDuring: false, index: $0) }
    }
  }

  var transactionPlaces: [TransactionPlace] {
    rounds.indices.flatMap { round in
      rounds[round].sessions.indices.flatMap { session in
        rounds[round].sessions[session].transactions.indices.map {
          TransactionPlace(round: round, session: session, index: $0)
        }
      }
    }
  }

  var statementPlaces: [StatementPlace] {
    transactionPlaces.flatMap { place in
      rounds[place.round].sessions[place.session].transactions[place.index].statements.indices.map {
        StatementPlace(transaction: place, index: $0)
      }
    }
  }

  // What is removed is removed from the end, so that the places before it stay right.

  mutating func removeSetup(_ places: ArraySlice<Int>) {
    for place in places.reversed() { setup.remove(at: place) }
  }

  mutating func removeRounds(_ places: ArraySlice<Int>) {
    for place in places.reversed() { rounds.remove(at: place) }
  }

  mutating func removeActions(_ places: ArraySlice<ActionPlace>) {
    for place in places.reversed() {
      if place.isDuring {
        rounds[place.round].during.remove(at: place.index)
      } else {
        rounds[place.round].after.remove(at: place.index)
      }
    }
  }

  mutating func removeTransactions(_ places: ArraySlice<TransactionPlace>) {
    for place in places.reversed() {
      rounds[place.round].sessions[place.session].transactions.remove(at: place.index)
    }
  }

  mutating func removeStatements(_ places: ArraySlice<StatementPlace>) {
    for place in places.reversed() {
      let transaction = place.transaction
      rounds[transaction.round].sessions[transaction.session].transactions[transaction.index].statements
        .remove(at: place.index)
    }
  }

  func without(_ table: String) -> Script {
    var script = self
    script.tables.removeAll { $0.name == table }
    script.setup.removeAll { $0.tables == [table] }
    func withoutIt(_ action: Action) -> Action? {
      guard action.tables.contains(table) else { return action }
      var action = action
      action.tables.removeAll { $0 == table }
      return action.tables.isEmpty ? nil : action
    }
    for round in script.rounds.indices {
      script.rounds[round].during = script.rounds[round].during.compactMap(withoutIt)
      script.rounds[round].after = script.rounds[round].after.compactMap(withoutIt)
      for session in script.rounds[round].sessions.indices {
        for index in script.rounds[round].sessions[session].transactions.indices {
          script.rounds[round].sessions[session].transactions[index].statements.removeAll {
            $0.tables.contains(table)
          }
        }
      }
    }
    return script
  }

  /// Each with one run of the pipeline less cut off.
  var simplerActions: [Script] {
    actionPlaces.compactMap { place in
      var script = self
      func simplified(_ action: Action) -> Action? {
        let simple = Action(kind: action.kind, tables: action.tables)
        return action == simple ? nil : simple
      }
      if place.isDuring {
        guard let action = simplified(script.rounds[place.round].during[place.index]) else { return nil }
        script.rounds[place.round].during[place.index] = action
      } else {
        guard let action = simplified(script.rounds[place.round].after[place.index]) else { return nil }
        script.rounds[place.round].after[place.index] = action
      }
      return script
    }
  }

  var withDefaultLake: Script {
    var script = self
    script.lake = LakeSpec()
    return script
  }
}
