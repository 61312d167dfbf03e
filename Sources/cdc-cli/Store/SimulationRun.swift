internal import PGWire

/// Carries a simulation out on a server, many transactions a round trip.
struct SimulationRun {
  struct Report: Sendable {
    var counts: SalesSimulation.Counts
    var transactions: Int
    var duration: Duration
  }

  let settings: ConnectionSettings
  let counts: SalesSimulation.Counts
  let seed: UInt64
  /// Told how many transactions have been committed.
  var progress: (@Sendable (Int) -> Void)?

  func run() async throws -> Report {
    let connection = try await PostgresConnection.connect(settings)
    do {
      let report = try await run(on: connection)
      await connection.close()
      return report
    } catch {
      await connection.close()
      throw error
    }
  }

  private func run(on connection: PostgresConnection) async throws -> Report {
    let sample = try await StoreSample(connection, seed: seed, rows: counts.updates + counts.deletes)
    var simulation = try SalesSimulation(counts, sample: sample, seed: seed)
    // A crash of the server may lose the last of them, which nobody will miss.
    try await connection.execute("SET synchronous_commit = off")
    let started = ContinuousClock.now
    while let script = simulation.nextScript() {
      try await connection.execute(script)
      progress?(simulation.transactions)
    }
    return Report(counts: counts, transactions: simulation.transactions, duration: .now - started)
  }
}
