/// Makes a script of a seed.
enum Generator {
  static func script(seed: UInt64, features: Workload.Features = Workload.Features()) -> Script {
    var random = OracleRandom(seed: seed)
    let extensions = features.extensions.filter { _ in random.chance(20) }
    var kinds = ColumnKind.small.filter { $0.needs.map(extensions.contains) ?? true }
    if random.chance(60) { kinds = kinds.filter(\.isBinary) }
    let tables = (0..<random.within(1...(features.isSlow ? 3 : 5))).map {
      TableModel.random($0, kinds, features, &random)
    }
    var script = Script(seed: seed, tables: tables.map(\.spec))
    script.lake = Script.LakeSpec(
      fileBytes: random.pick([4_000, 30_000, 1 << 20, 256 << 20]), smallFiles: random.pick([2, 3, 6, 24]),
      isCopyOnWrite: random.chance(25))
    script.setup =
      ColumnKind.definitions(extensions: extensions).map { Script.Statement(sql: $0) }
      + tables.flatMap(\.definition)
    var workload = Workload(
      maker: StatementMaker(random: random), tables: tables, kinds: kinds, features: features)
    for table in tables {
      for count in workload.maker.random.pick([[], [50], table.isDeferrable ? [300] : [5, 300], [2000]]) {
        script.setup.append(workload.maker.insertMany(table, count: count))
      }
    }
    script.rounds = (0..<workload.maker.random.within(2...(features.isSlow ? 3 : 5))).map {
      round($0, &workload)
    }
    return script
  }

  private static func round(_ number: Int, _ workload: inout Workload) -> Script.Round {
    var round = Script.Round()
    var random = workload.maker.random
    if number == 0 {
      round.during = [load(&random, cutPercent: 25)]
    } else {
      for _ in 0..<random.below(3) { round.during.append(capture(&random, workload.features)) }
      if random.chance(8) { round.during.append(load(&random, cutPercent: 40)) }
      if random.chance(6) { round.during.append(reload(&random, workload.tables)) }
    }
    workload.canAlterTypes = round.during.isEmpty
    workload.maker.random = random
    round.sessions = (0..<workload.maker.random.pick([1, 1, 2, 3])).map { _ in workload.session() }
    random = workload.maker.random
    if number == 0, random.chance(30) { round.sessions = [] }
    for _ in 0..<random.pick([0, 0, 1, 2]) { round.after.append(capture(&random, workload.features)) }
    if number > 0, random.chance(5) { round.after.append(load(&random, cutPercent: 30)) }
    if number > 0, random.chance(12) { round.after.append(reload(&random, workload.tables)) }
    workload.maker.random = random
    return round
  }

  private static func reload(_ random: inout OracleRandom, _ tables: [TableModel]) -> Script.Action {
    var action = Script.Action(kind: .reload)
    action.tables = [random.pick(tables).name]
    if random.chance(20) { action.cut = .cancel(milliseconds: random.below(400)) }
    return action
  }

  private static func load(_ random: inout OracleRandom, cutPercent: Int) -> Script.Action {
    var action = Script.Action(kind: .load)
    if random.chance(cutPercent) {
      action.cut =
        random.chance(50)
        ? .cancel(milliseconds: random.below(600))
        : .fault(
          stage: random.pick([
            "before_load_commit", "after_load_commit", "before_checkpoint", "after_checkpoint",
          ]),
          time: random.within(1...3), isRetryable: random.chance(40))
    }
    return action
  }

  private static let databricksStages = [
    "after_upload", "before_manifest", "after_manifest", "after_swap", "after_schemas", "during_cleanup",
    "after_cleanup",
    "after_taking",
  ]

  private static func capture(
    _ random: inout OracleRandom, _ features: Workload.Features
  ) -> Script.Action {
    var action = Script.Action(
      kind: .capture, rows: random.pick(features.isSlow ? [500, 200_000] : [5, 20, 100, 500, 200_000]),
      bytes: random.pick(features.isSlow ? [32 << 20] : [4_000, 60_000, 1 << 20, 32 << 20]))
    action.cut = random.pick(weighted: [
      (4, .none), (3, .cancel(milliseconds: random.below(500))),
      (
        4,
        .fault(
          stage: random.pick([
            "before_table_commit", "after_table_commit", "before_checkpoint", "after_checkpoint",
          ]),
          time: random.within(1...6), isRetryable: random.chance(40))
      ),
      (1, .terminate(milliseconds: random.below(300))),
    ])
    return action
  }
}
