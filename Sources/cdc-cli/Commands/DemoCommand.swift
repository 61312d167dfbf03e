internal import ArgumentParser
internal import CDCCore
internal import FoundationEssentials
internal import PGWire

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Shows all of it: a store, a full load, changes, CDC, verification.",
    discussion: """
      Starts a PostgreSQL server of its own, which is gone afterwards, unless --source names one. What it copied stays: \
      in a lake, or, only where --destination databricks says so, in the schema that --catalog and --dataset name.
      """)

  @Option(help: ArgumentHelp("1 makes about a million rows.", valueName: "number")) var scale = 1.0
  @Option(help: ArgumentHelp("Makes another store for another number.", valueName: "number")) var seed:
    UInt64 = 1
  @Option(help: ArgumentHelp("Rows to insert in the simulation.", valueName: "rows")) var inserts = 5000
  @Option(help: ArgumentHelp("Rows to update.", valueName: "rows")) var updates = 20_000
  @Option(help: ArgumentHelp("Rows to delete.", valueName: "rows")) var deletes = 1000
  @OptionGroup var options: SettingsOptions

  func validate() throws {
    guard scale > 0, scale <= 10_000 else {
      throw ValidationError("--scale is a number above 0, up to 10000.")
    }
    guard min(inserts, updates, deletes) >= 0 else {
      throw ValidationError("--inserts, --updates and --deletes are 0 or more.")
    }
  }

  func run() async throws {
    var settings = try options.load()
    if options.pipeline == nil { settings.pipeline = "demo" }
    // Nobody's workspace is filled because a variable happens to be set.
    if options.destination == nil { settings.destination = .lake }
    settings.resources = ResourceList(StoreTable.all.map { Resource("public.\($0.name)") })
    try await Composition.target(settings).prepareForDemo(pipeline: settings.pipeline)
    guard options.source == nil else { return try await run(settings) }
    let progress = ProgressReporter(isQuiet: false)
    progress.step("starting a PostgreSQL server")
    let server = try ThrowAwayServer.start()
    defer { server.stop() }
    progress.finish()
    Terminal.print("PostgreSQL \(server.version), for this demo only")
    settings.source = server.connection
    try await run(settings)
  }

  private func run(_ settings: Settings) async throws {
    let progress = ProgressReporter(isQuiet: false)
    defer { progress.finish() }
    let connection = try ConnectionSettings(settings.source)
    let parts = try Composition(settings)
    try await parts.requireReachable()
    // What an earlier demo has left at a server of the user's.
    try await parts.source.cleanUp()

    let started = ContinuousClock.now
    progress.step("filling the store")
    try await StoreFiller(settings: connection, scale: StoreScale(scale, seed: seed)).run { table, rows in
      progress.step("filling the store: \(table), \(plural(rows, "row"))")
    }
    progress.finish()
    Terminal.print("store filled in \(decimal(seconds(.now - started), places: 1)) s")

    let pipeline = parts.pipeline(progress: progress)
    progress.step("full load")
    let load = try await pipeline.fullLoad()
    try parts.target.markAsDemo()
    progress.finish()

    progress.step("simulating sales")
    let counts = SalesSimulation.Counts(inserts: inserts, updates: updates, deletes: deletes)
    let simulation = try await SimulationRun(settings: connection, counts: counts, seed: seed).run()
    progress.finish()

    progress.step("applying the changes")
    let capture = try await parts.pipeline(progress: progress).capture()
    progress.finish()
    let verification = try await VerifyCommand.verify(parts, progress, named: 3)
    progress.finish()
    Terminal.print(
      "\n"
        + DemoReport(
          load: load, simulation: simulation, capture: capture, verification: verification,
          place: parts.target.name,
          reading: try parts.target.reading(TableName(schema: "public", name: "invoice"))
        ).text)
    if options.source != nil {
      Terminal.print(
        "\nThe slot \(parts.source.slotName) stays at the server, so that cdc run --mode cdc --pipeline "
          + "\(settings.pipeline) can go on; cdc cleanup --pipeline \(settings.pipeline) drops it.")
    }
    if !verification.isEqual { throw CheckFailed() }
  }
}
