import CDCCore

/// What a table becomes under each write disposition: whole pipelines over the destination, each checked against a model
/// that knows nothing of how destinations do it.
extension DestinationContract {
  private static let table = ContractTables.plain()

  /// Inserts, updates of all kinds, key changes with values left out, deletes, keys that come back.
  private static let life: [ModelTransaction] = [
    ModelTransaction(
      200,
      [
        .insert(table, 10, "a"), .update(table, 10, "b", nil), .update(table, 10, "c", "n2"),
        .update(table, 1, "one", nil), .delete(table, 2),
      ]),
    ModelTransaction(
      210,
      [
        .update(table, 3, to: 30, "moved", nil), .update(table, 30, "moved again", nil),
        .insert(table, 3, "new"),
        .insert(table, 2, "back", "again"), .delete(table, 4), .insert(table, 4, "same transaction"),
      ]),
    ModelTransaction(220, [.delete(table, 10), .update(table, 4, "u", nil), .delete(table, 5)]),
  ]

  private static let truncations: [ModelTransaction] = [
    ModelTransaction(300, [.insert(table, 50, "before"), .delete(table, 1), .truncate(table.name)]),
    ModelTransaction(
      310, [.insert(table, 1, "after"), .insert(table, 51, "after"), .update(table, 51, "u", nil)]),
  ]

  /// As the source has it after `life`, but for rows that came and went without a change in the log.
  private static let found = [
    ContractTables.row(0, "old0", "note0"), ContractTables.row(1, "other"), ContractTables.row(77, "new"),
  ]

  static let dispositionCases: [Case] =
    [WriteDisposition.softDelete, .scd2].flatMap { disposition in
      [
        Case("\(disposition.rawValue) keeps what the source removes") { harness in
          var run = DispositionRun(harness, table, disposition, ContractTables.rows(0..<8))
          try await run.deliver([Array(life)])
          try await run.check()
        },
        Case("\(disposition.rawValue) comes to the same in packages and batches of any size") { harness in
          var run = DispositionRun(harness, table, disposition, ContractTables.rows(0..<8), batchRows: 1)
          try await run.deliver(life.map { [$0] })
          try await run.check()
        },
        Case("\(disposition.rawValue) survives crashes before and after its table is committed") { harness in
          var run = DispositionRun(harness, table, disposition, ContractTables.rows(0..<8))
          let stages: [DeliveryStage] = [.afterTableCommit, .beforeTableCommit, .beforeCheckpoint]
          for (stage, transaction) in zip(stages, life) {
            try await run.deliver([[transaction]], cutOffAt: stage)
          }
          try await run.check()
        },
        Case("\(disposition.rawValue) keeps the past of a table that is loaded again") { harness in
          var run = DispositionRun(harness, table, disposition, ContractTables.rows(0..<8))
          try await run.deliver([Array(life)])
          try await run.reload(found, at: 250)
          try await run.check()
          try await run.deliver([truncations])
          try await run.check()
          try await run.reload(found, at: 400, cutOffAt: .beforeLoadCommit)
          try await run.check()
        },
        Case("\(disposition.rawValue) marks every row of a truncated table") { harness in
          var run = DispositionRun(harness, table, disposition, ContractTables.rows(0..<8))
          try await run.deliver([life, truncations])
          try await run.check()
        },
      ]
    } + [
      Case("append keeps its log when the table is loaded again") { harness in
        var run = DispositionRun(harness, table, .append, ContractTables.rows(0..<3))
        try await run.deliver([[ModelTransaction(200, [.insert(table, 10, "a"), .delete(table, 1)])]])
        let names = ["_cdc_op", "_cdc_lsn", "_cdc_sequence", "id", "name"]
        let before = try await run.rows(names)
        try await run.reload(found, at: 250, cutOffAt: .beforeLoadCommit)
        try await run.deliver([[ModelTransaction(300, [.insert(table, 11, "b")])]])
        func row(_ op: String, _ lsn: Int128, _ sequence: Int128, _ id: Int?, _ name: String?) -> [Value] {
          [.text(op), .integer(lsn), .integer(sequence), id.map { .integer(Int128($0)) } ?? .null]
            + [name.map { .text($0) } ?? .null]
        }
        let expected =
          before + [
            row("t", 250, -2, nil, nil), row("r", 250, -1, 0, "old0"), row("r", 250, -1, 1, "other"),
            row("r", 250, -1, 77, "new"), row("c", 300, 0, 11, "b"),
          ]
        if let difference = difference(expected, try await run.rows(names)) {
          throw ContractViolation(difference)
        }
      },
      Case("insert_only keeps what the source no longer has when the table is loaded again") { harness in
        var run = DispositionRun(harness, table, .insertOnly, ContractTables.rows(0..<3))
        try await run.deliver([
          [ModelTransaction(200, [.insert(table, 10, "a"), .update(table, 2, "u", nil)])]
        ])
        try await run.reload(found, at: 250)
        let expected =
          found + [ContractTables.row(2, "old2", "note2"), ContractTables.row(10, "a")]
        if let difference = difference(expected, try await run.rows(["id", "name", "note"])) {
          throw ContractViolation(difference)
        }
      },
      Case("insert_only takes inserts and nothing else") { harness in
        var run = DispositionRun(harness, table, .insertOnly, ContractTables.rows(0..<3))
        try await run.deliver([
          [
            ModelTransaction(200, [.insert(table, 10, "a"), .update(table, 10, "b", nil), .delete(table, 1)])
          ],
          [ModelTransaction(210, [.update(table, 2, to: 20, "c", nil), .truncate(table.name)])],
          [ModelTransaction(220, [.insert(table, 11, "z"), .insert(table, 1, "again")])],
        ])
        let expected = [
          ContractTables.row(0, "old0", "note0"), ContractTables.row(1, "again"),
          ContractTables.row(2, "old2", "note2"), ContractTables.row(10, "a"), ContractTables.row(11, "z"),
        ]
        let rows = try await run.rows(["id", "name", "note"])
        if let difference = difference(expected, rows) { throw ContractViolation(difference) }
      },
      Case("replace takes loads and nothing of what changes between them") { harness in
        var run = DispositionRun(harness, table, .replace, ContractTables.rows(0..<8))
        for package in [life, truncations] {
          try await run.deliver([package])
          let rows = try await run.rows(["id", "name", "note"])
          if let difference = difference(ContractTables.rows(0..<8), rows) {
            throw ContractViolation("after changes: \(difference)")
          }
        }
        // The next load is cut off before it counts, then made.
        let next = ContractTables.rows(5..<20, "new")
        try await run.load(next, cutOffAt: .beforeLoadCommit)
        let before = try await run.rows(["id", "name", "note"])
        if let difference = difference(ContractTables.rows(0..<8), before) {
          throw ContractViolation("after a load that was cut off: \(difference)")
        }
        try await run.load(next)
        let rows = try await run.rows(["id", "name", "note"])
        if let difference = difference(next, rows) { throw ContractViolation("after a load: \(difference)") }
      },
    ]
}

/// A pipeline over one table, with the model of what must come of it.
private struct DispositionRun {
  let harness: any DestinationHarness
  let table: TableSchema
  let disposition: WriteDisposition
  private var loaded: [[Value]]
  let batchRows: Int
  let faults = FaultPlan()
  var model: HistoryModel
  var isLoaded = false

  init(
    _ harness: any DestinationHarness, _ table: TableSchema, _ disposition: WriteDisposition,
    _ rows: [[Value]],
    batchRows: Int = 1000
  ) {
    self.harness = harness
    self.table = table
    self.disposition = disposition
    self.batchRows = batchRows
    loaded = rows
    model = HistoryModel(table, rows)
  }

  /// Loads the table anew with these rows. With a stage, the load is cut off there.
  mutating func load(_ rows: [[Value]], cutOffAt stage: DeliveryStage? = nil) async throws {
    loaded = rows
    guard let stage else {
      try await pipeline([]).fullLoad()
      return
    }
    faults.arm(stage)
    do {
      try await pipeline([]).fullLoad()
      throw ContractViolation("the fault \(stage) was not met")
    } catch is InjectedFault {
    }
  }

  /// Each inner list is a package. With a stage, each is cut off there once and then delivered by a new process.
  mutating func deliver(_ packages: [[ModelTransaction]], cutOffAt stage: DeliveryStage? = nil) async throws {
    if !isLoaded {
      try await pipeline([]).fullLoad()
      isLoaded = true
    }
    for transactions in packages {
      for transaction in transactions { model.apply(transaction) }
      if let stage {
        faults.arm(stage)
        do {
          try await pipeline(transactions).capture()
          throw ContractViolation("the fault \(stage) was not met")
        } catch is InjectedFault {
        }
      }
      try await pipeline(transactions).capture()
    }
  }

  /// Loads the table beside others, with the rows that it has now; with a stage, it is cut off there once.
  mutating func reload(
    _ rows: [[Value]], at position: UInt64, cutOffAt stage: DeliveryStage? = nil
  ) async throws {
    model.reload(rows)
    if let stage {
      faults.arm(stage)
      do {
        try await pipeline([], rows, at: position).reload([table.name])
        throw ContractViolation("the fault \(stage) was not met")
      } catch is InjectedFault {
      }
    }
    try await pipeline([], rows, at: position).reload([table.name])
  }

  private func pipeline(
    _ transactions: [ModelTransaction], _ rows: [[Value]]? = nil, at position: UInt64 = 100
  ) async throws -> Pipeline {
    Pipeline(
      name: "contract",
      source: ModelSource([table], rows: [table.name: rows ?? loaded], at: position, transactions),
      destination: try await harness.start(faults),
      configuration: PipelineConfiguration(
        resources: ResourceList([Resource("*.*", hints: ResourceHints(writeDisposition: disposition))]),
        captureLimits: BatchLimits(rows: batchRows), retry: .never))
  }

  func check() async throws {
    let names = table.columns.map(\.name)
    switch disposition {
    case .softDelete:
      let rows = try await rows(names + ["_cdc_deleted_at"])
      try compare(model.softDeleted, rows.map { timed($0, names.count) })
    case .scd2:
      let rows = try await rows(names + ["_cdc_valid_from", "_cdc_valid_to", "_cdc_is_current"])
      try compare(
        model.versions,
        rows.map { row in
          var row = row
          // The model's commits are within seconds of 1970: what is later is a load's own time.
          if isLoadTime(row[names.count]) { row[names.count] = .null }
          return timed(row, names.count + 1)
        })
    default: break
    }
  }

  private func isLoadTime(_ value: Value) -> Bool {
    if case .integer(let time) = value { time > Int128(HistoryModel.loadTime) } else { false }
  }

  private func timed(_ row: [Value], _ column: Int) -> [Value] {
    var row = row
    if isLoadTime(row[column]) { row[column] = .integer(Int128(HistoryModel.loadTime)) }
    return row
  }

  private func compare(_ expected: [[Value]], _ actual: [[Value]]) throws {
    if let difference = difference(expected, actual) {
      throw ContractViolation("\(disposition.rawValue): \(difference)")
    }
  }

  func rows(_ columns: [String]) async throws -> [[Value]] {
    let destination = try await harness.start(faults)
    _ = try await destination.open(pipeline: "contract")
    return try await destination.allRows(table.name, columns: columns)
  }
}
