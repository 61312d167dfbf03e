import CDCCore

extension DestinationContract {
  private static let two = [ContractTables.plain("a"), ContractTables.plain("b")]

  private static func history() -> [ModelTransaction] {
    let (a, b) = (two[0], two[1])
    return [
      ModelTransaction(200, [.insert(a, 100, "x"), .update(b, 1, "x", nil)]),
      ModelTransaction(210, [.update(a, 100, "y", "long"), .delete(a, 2), .insert(b, 200, "p")]),
      ModelTransaction(220, [.update(a, 100, to: 101, "z", nil), .insert(a, 2, "back")]),
      ModelTransaction(230, [.delete(b, 200), .update(a, 3, "w", nil), .delete(b, 3)]),
      ModelTransaction(240, [.update(a, 101, to: 100, "v", nil), .insert(b, 3, "again")]),
    ]
  }

  private static func loaded(_ harness: any DestinationHarness) async throws -> ContractRunner {
    try await ContractRunner(
      harness, two,
      rows: [two[0].name: ContractTables.rows(0..<20), two[1].name: ContractTables.rows(0..<20)])
  }

  static let replayCases: [Case] = [
    Case("a package delivered again changes nothing") { harness in
      var runner = try await loaded(harness)
      try await runner.deliver(history())
      try await runner.check()
      runner.position = LSN(100)
      try await runner.redeliver(history())
      try await runner.check("after the replay")
    },
    Case("changes delivered again in other packages change nothing") { harness in
      var runner = try await loaded(harness)
      try await runner.deliver(history())
      runner.position = LSN(100)
      try await runner.redeliver(Array(history()[..<1]))
      try await runner.check("after the first part")
      try await runner.redeliver(Array(history()[1..<4]))
      try await runner.redeliver(Array(history()[4...]))
      try await runner.check()
    },
    Case("a package that overlaps what is held takes only the rest") { harness in
      var runner = try await loaded(harness)
      try await runner.deliver(Array(history()[..<3]))
      runner.position = LSN(100)
      for transaction in history()[3...] { runner.model.apply(transaction) }
      try await runner.redeliver(history())
      try await runner.check()
    },
    Case("an empty package moves the checkpoint") { harness in
      var runner = try await loaded(harness)
      try await deliverNothing(runner.destination, to: LSN(300))
      try await runner.check()
      try await runner.restart()
      try require(runner.position == LSN(300), "checkpoint at \(runner.position)")
    },
    Case("an abandoned package leaves nothing behind") { harness in
      var runner = try await loaded(harness)
      let writer = try await runner.destination.beginPackage(
        LoadPackage(pipeline: "contract", from: LSN(100)))
      try await writer.write(
        ChangeBatch(
          rows: RowBatch(two[0], [ContractTables.row(500, "gone")]), operations: [.insert],
          positions: [LSN(150)],
          transactions: [TransactionRun(firstRow: 0, commitLSN: LSN(150), commitTime: 0, xid: 1)]),
        disposition: .merge)
      await writer.abandon()
      try await runner.check()
      try await runner.deliver(history())
      try await runner.check("after a package that follows")
    },
    Case("the last checkpoint is read back with all it says") { harness in
      var runner = try await loaded(harness)
      try await runner.deliver(history())
      try await runner.restart()
      let held = try await runner.destination.open(pipeline: "contract")
      let id = LoadPackage(pipeline: "contract", from: LSN(100)).id(to: LSN(248))
      try require(
        held
          == Checkpoint(
            pipeline: "contract", kind: .cdc, packageID: id, position: LSN(248), commitTime: 248,
            rowCount: 14), "checkpoint is \(String(describing: held))")
      let other = try await runner.destination.open(pipeline: "another")
      try require(other == nil, "another pipeline sees our checkpoint")
    },
  ]

  private static func deliverNothing(_ destination: any Destination, to position: LSN) async throws {
    let writer = try await destination.beginPackage(LoadPackage(pipeline: "contract", from: LSN(100)))
    try await writer.commit(
      Checkpoint(
        pipeline: "contract", kind: .cdc, packageID: "p", position: position, commitTime: 5, rowCount: 0))
  }

  static let crashCases: [Case] =
    DeliveryStage.allCases.filter { !$0.rawValue.contains("load") }
    .flatMap { stage in (0...1).map { (stage, $0) } }
    .filter { stage, passings in passings == 0 || stage.rawValue.contains("table") }
    .map { stage, passings in
      Case("a crash at \(stage.rawValue), passing \(passings + 1), loses and doubles nothing") { harness in
        var runner = try await loaded(harness)
        for transaction in history() { runner.model.apply(transaction) }
        try await runner.deliverCutOff(history(), at: stage, after: passings)
        try await runner.restart(two)
        // What comes after the crash is cut differently, and brings more.
        let more = ModelTransaction(250, [.update(two[0], 5, "more", nil), .delete(two[1], 6)])
        runner.model.apply(more)
        let rest = (history() + [more]).filter { $0.commitLSN >= runner.position }
        try await runner.redeliver(Array(rest.prefix(2)))
        try await runner.redeliver(Array(rest.dropFirst(2)))
        try await runner.check()
      }
    } + [
      Case("a crash before a load commits leaves the old table") { harness in
        var runner = try await loaded(harness)
        try await loadCutOff(&runner, at: .beforeLoadCommit)
        try await runner.restart(two)
        try await runner.check()
      },
      Case("a crash after a load has committed leaves the new table") { harness in
        var runner = try await loaded(harness)
        try await loadCutOff(&runner, at: .afterLoadCommit)
        try await runner.restart(two)
        let rows = try await runner.destination.allRows(two[0].name)
        try require(rows.count == 3, "\(rows.count) rows")
      },
      Case("a load that fails after its commit is not undone by abandoning it") { harness in
        var runner = try await loaded(harness)
        try await loadCutOff(&runner, at: .afterLoadCommit).abandon()
        let rows = try await runner.destination.allRows(two[0].name)
        try require(rows.count == 3, "\(rows.count) rows")
      },
    ]
    + [DeliveryStage.afterTableCommit, .beforeCheckpoint].map { stage in
      Case("a package that fails at \(stage.rawValue) is not undone by abandoning it") { harness in
        var runner = try await loaded(harness)
        for transaction in history() { runner.model.apply(transaction) }
        try await runner.deliverCutOff(history(), at: stage, abandons: true)
        for table in two { _ = try await runner.destination.allRows(table.name) }
        try await runner.restart(two)
        try await runner.redeliver(history().filter { $0.commitLSN >= runner.position })
        try await runner.check()
      }
    }

  @discardableResult
  private static func loadCutOff(
    _ runner: inout ContractRunner, at stage: DeliveryStage
  ) async throws -> any TableLoad {
    let load = try await runner.destination.beginLoad(
      two[0], disposition: .merge, pipeline: "contract", position: LSN(300))
    try await load.write(RowBatch(two[0], ContractTables.rows(70..<73)))
    runner.faults.arm(stage)
    do {
      try await load.commit()
      throw ContractViolation("the fault \(stage) was not met")
    } catch is InjectedFault {
    }
    return load
  }
}
