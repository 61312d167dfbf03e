/// Shortens a script that fails: rounds, tables, runs of the pipeline, sessions, transactions and statements go as long as
/// what is left still fails in the same way (Zeller, Hildebrandt: "Simplifying and Isolating Failure-Inducing Input", 2002).
struct Shrinker {
  /// What a script leads to.
  typealias Trial = (Script) async throws -> Finding?

  private let trial: Trial
  let signature: String
  let deadline: ContinuousClock.Instant
  private(set) var best: Script
  private(set) var finding: Finding
  private(set) var attempts = 0

  init(_ script: Script, _ finding: Finding, for time: Duration, trial: @escaping Trial) {
    best = script
    self.finding = finding
    self.trial = trial
    signature = finding.signature
    deadline = .now + time
    best.rounds = Array(best.rounds.prefix(max(finding.round + 1, 1)))
  }

  mutating func run() async throws {
    guard try await keepsFailing(singleSession(best)) else { return try await plainPasses() }
    try await plainPasses()
  }

  private mutating func plainPasses() async throws {
    var before = Int.max
    while best.size < before, ContinuousClock.now < deadline {
      before = best.size
      for table in best.tables where best.tables.count > 1 {
        try await keepsFailing(best.without(table.name))
      }
      try await reduce(\.roundPlaces) { $0.removeRounds($1) }
      try await reduce(\.actionPlaces) { $0.removeActions($1) }
      try await reduce(\.transactionPlaces) { $0.removeTransactions($1) }
      try await reduce(\.statementPlaces) { $0.removeStatements($1) }
      try await reduce(\.setupPlaces) { $0.removeSetup($1) }
      for simple in best.simplerActions { try await keepsFailing(simple) }
      try await keepsFailing(best.withDefaultLake)
    }
  }

  /// Leaves out ever smaller runs of elements.
  private mutating func reduce<Place>(
    _ places: KeyPath<Script, [Place]>, _ remove: (inout Script, ArraySlice<Place>) -> Void
  ) async throws {
    var size = max(best[keyPath: places].count / 2, 1)
    while true {
      var start = 0
      while start < best[keyPath: places].count, ContinuousClock.now < deadline {
        let all = best[keyPath: places]
        var shorter = best
        remove(&shorter, all[start..<min(start + size, all.count)])
        if try await !keepsFailing(shorter) { start += size }
      }
      if size == 1 || ContinuousClock.now >= deadline { return }
      size /= 2
    }
  }

  @discardableResult
  private mutating func keepsFailing(_ script: Script) async throws -> Bool {
    guard ContinuousClock.now < deadline else { return false }
    attempts += 1
    guard let found = try await trial(script), found.signature == signature else { return false }
    best = script
    finding = found
    return true
  }

  /// All sessions of a round as one, one transaction of each in turn.
  private func singleSession(_ script: Script) -> Script {
    var script = script
    for round in script.rounds.indices {
      let sessions = script.rounds[round].sessions
      guard sessions.count > 1 else { continue }
      var all: [Script.Transaction] = []
      for place in 0..<(sessions.map(\.transactions.count).max() ?? 0) {
        for session in sessions where place < session.transactions.count {
          all.append(session.transactions[place])
        }
      }
      script.rounds[round].sessions = [
        Script.Session(isForgiving: sessions.contains { $0.isForgiving }, transactions: all)
      ]
    }
    return script
  }
}
