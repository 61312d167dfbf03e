import CDCCore

/// Random histories against the model, with crashes at random stages and packages cut anew after each.
extension DestinationContract {
  private static let keys: [(String, [ColumnType])] = [
    ("long", [.long]), ("int", [.int]), ("short", [.short]), ("date", [.date]), ("string", [.string]),
    ("binary", [.binary]), ("decimal", [.decimal(precision: 9, scale: 2)]),
    ("wide decimal", [.decimal(precision: 30, scale: 4)]), ("timestamp", [.timestamp]),
    ("composite", [.int, .string]),
    ("composite of three", [.date, .decimal(precision: 20, scale: 0), .binary]),
    ("boolean and long", [.boolean, .long]),
  ]

  static let randomCases: [Case] = keys.enumerated().map { seed, key in
    Case("random history with crashes, \(key.0) key") { harness in
      try await random(harness, key.1, seed: UInt64(seed + 1))
    }
  }

  private static func random(
    _ harness: any DestinationHarness, _ types: [ColumnType], seed: UInt64
  ) async throws {
    var script = RandomHistory(types, seed: seed)
    let initial = (0..<30).map { script.row(key: $0) }
    var runner = try await ContractRunner(
      harness, [script.table], rows: [script.table.name: initial], batchRows: script.number(1...40))
    script.live = Set(0..<30)
    var log: [ModelTransaction] = []
    for round in 0..<8 {
      let transactions = (0..<script.number(1...6)).map { _ in script.transaction() }
      for transaction in transactions { runner.model.apply(transaction) }
      log += transactions
      runner.delivery.batchRows = script.number(1...40)
      if script.number(0...2) == 0 {
        let stages: [DeliveryStage] = [
          .beforeTableCommit, .afterTableCommit, .beforeCheckpoint, .afterCheckpoint,
        ]
        try await runner.deliverCutOff(transactions, at: stages[script.number(0...3)])
        try await runner.restart()
        var rest = log.filter { $0.commitLSN >= runner.position }
        while !rest.isEmpty {
          let count = script.number(1...rest.count)
          try await runner.redeliver(Array(rest.prefix(count)))
          rest.removeFirst(count)
        }
      } else {
        try await runner.redeliver(transactions)
      }
      try await runner.check("in round \(round) of seed \(seed)")
    }
  }
}

/// Writes transactions that a source could have committed.
private struct RandomHistory {
  let table: TableSchema
  let types: [ColumnType]
  var live: Set<Int> = []
  private var generator: SeededGenerator
  private var commit: UInt64 = 1000
  private var counter = 0

  init(_ types: [ColumnType], seed: UInt64) {
    self.types = types
    generator = SeededGenerator(seed: seed)
    let keys = types.enumerated().map {
      ColumnSchema(name: "k\($0.offset)", type: $0.element, isNullable: false)
    }
    // The key does not come first, and not in column order.
    let others = [ColumnSchema(name: "v", type: .string), ColumnSchema(name: "big", type: .string)]
    table = TableSchema(
      name: TableName(schema: "public", name: "random"), columns: [others[0]] + keys + [others[1]],
      key: Array((1...types.count).reversed()))
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

  mutating func row(key: Int) -> [Value] {
    counter += 1
    return [.text("v\(counter)")] + types.map { Self.value($0, key) } + [.text("big\(counter)")]
  }

  func key(_ key: Int) -> [Value] { types.map { Self.value($0, key) }.reversed() }

  mutating func transaction() -> ModelTransaction {
    commit += UInt64(number(10...50))
    return ModelTransaction(commit, (0..<number(1...25)).flatMap { _ in change() })
  }

  private mutating func change() -> [ModelChange] {
    let chosen = live.sorted().randomElement(using: &generator)
    switch number(0...99) {
    case 0:
      live = []
      return [.truncate(table.name)]
    case 1..<40:
      let free = number(0...80)
      guard live.insert(free).inserted else { return [] }
      return [.insert(table.name, row(key: free))]
    case 40..<60:
      guard let chosen else { return [] }
      live.remove(chosen)
      return [.delete(table.name, key: key(chosen))]
    case 60..<75:
      let free = number(0...80)
      guard let chosen, live.insert(free).inserted else { return [] }
      live.remove(chosen)
      return [update(chosen, to: free)]
    default:
      guard let chosen else { return [] }
      return [update(chosen, to: chosen)]
    }
  }

  private mutating func update(_ old: Int, to new: Int) -> ModelChange {
    var values = row(key: new).map { Optional($0) }
    if number(0...1) == 0 { values[values.count - 1] = nil }
    return .update(table.name, old: row(key: old), new: values)
  }

  private static func value(_ type: ColumnType, _ number: Int) -> Value {
    switch type {
    case .string: .text("key \(number)" + String(repeating: "x", count: number))
    case .binary: .bytes([UInt8](repeating: UInt8(number), count: number % 5) + [UInt8(number)])
    case .boolean: .boolean(number % 2 == 0)
    case .decimal(let precision, _) where precision > 18: .integer(Int128(number) << 60)
    default: .integer(Int128(number * 3 - 100))
    }
  }
}
