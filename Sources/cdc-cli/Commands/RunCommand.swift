internal import ArgumentParser
internal import CDCCore
internal import Logging
internal import PGWire

#if ServiceLifecycle
  internal import ServiceLifecycle
  internal import UnixSignals
#endif

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Copies the tables (full_load) or applies what changed since (cdc).",
    discussion: """
      full_load replaces every table by a consistent snapshot. cdc applies the changes up to the server's end of log as \
      it is when the run begins, then ends; with --continuous it goes on until SIGTERM or SIGINT.
      """)

  // A list, so that a second, different mode is an error and not a silent winner.
  @Option(help: ArgumentHelp("full_load or cdc.", valueName: "mode")) var mode: [String] = []
  @Flag(help: "Do not end: apply changes as they come, until SIGTERM or SIGINT.") var continuous = false
  @Flag(help: "Print the result as JSON.") var json = false
  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let settings = try options.load(mode: mode)
    let mode = try settings.requiredMode()
    if continuous, mode == .fullLoad {
      throw UsageError(
        "--continuous belongs to --mode cdc. A full load ends by itself; run it first, then cdc run --mode cdc --continuous."
      )
    }
    let progress = ProgressReporter(isQuiet: false)
    let parts = try Composition(settings)
    let pipeline = parts.pipeline(progress: progress, isService: continuous)
    defer { progress.finish() }
    try await parts.target.explainingRefusals {
      if !continuous { try await parts.requireReachable() }
      switch mode {
      case .fullLoad:
        // Tables that are named here are loaded beside the others of the pipeline, by the run that has it if there is one.
        let report =
          try await options.tables.isEmpty
          ? pipeline.fullLoad() : pipeline.reload(Set(try await parts.source.tables().map(\.name)))
        progress.finish()
        try print(report, into: parts.target.name)
      case .cdc:
        let report = try await continuous ? captureUntilStopped(pipeline) : pipeline.capture()
        progress.finish()
        if let report { try print(report) }
      }
    }
  }

  /// A signal ends the work after the package at hand; a second one ends it at once.
  private func captureUntilStopped(_ pipeline: Pipeline) async throws -> CaptureReport? {
    #if ServiceLifecycle
      let service = CaptureService(pipeline: pipeline)
      let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
          services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
          gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "cdc")))
      try await group.run()
      return await service.report.value
    #else
      return try await pipeline.capture(until: .never)
    #endif
  }

  // MARK: results

  private func print(_ report: LoadReport, into place: String) throws {
    if json { return try JSONOutput.print(LoadResult(report)) }
    var table = TextTable(("table", .left), ("rows", .right))
    for entry in report.tables { table.append(entry.name.description, grouped(entry.rows)) }
    Terminal.print(table.text)
    for entry in report.tables {
      Self.print(entry.name, quarantined: entry.quarantinedRows, discarded: entry.discardedValues)
    }
    Terminal.print(
      "\nFull load: \(plural(report.tables.count, "table")), \(plural(report.rows, "row")) in "
        + "\(decimal(seconds(report.duration), places: 1)) s (\(perSecond(report.rows, report.duration)) rows/s), "
        + "as of \(report.position), in \(place).")
  }

  /// What the table's contract has kept out.
  private static func print(_ table: TableName, quarantined: Int, discarded: Int) {
    if quarantined > 0 {
      Terminal.print("\(table): \(plural(quarantined, "row")) to the table _cdc_quarantine")
    }
    if discarded > 0 {
      Terminal.print("\(table): \(plural(discarded, "value")) that its column cannot hold made null")
    }
  }

  private func print(_ report: CaptureReport) throws {
    if json { return try JSONOutput.print(CaptureResult(report)) }
    if !report.changes.isEmpty {
      var table = TextTable(("table", .left), ("changes", .right))
      for (name, changes) in report.changes.sorted(by: { $0.key < $1.key }) {
        table.append(name.description, grouped(changes))
      }
      Terminal.print(table.text + "\n")
    }
    for name in Set(report.quarantinedRows.keys).union(report.discardedValues.keys).sorted() {
      Self.print(
        name, quarantined: report.quarantinedRows[name] ?? 0, discarded: report.discardedValues[name] ?? 0)
    }
    Terminal.print(
      "CDC: \(plural(report.changeCount, "change")) in \(plural(report.packages, "package")), "
        + "\(decimal(seconds(report.duration), places: 1)) s"
        + (report.changeCount > 0 ? " (\(perSecond(report.changeCount, report.duration)) changes/s)" : "")
        + ", applied up to \(report.position).")
  }
}

#if ServiceLifecycle
  /// Capture without end, and what it came to.
  private struct CaptureService: Service {
    let pipeline: Pipeline
    let report = Box()

    actor Box {
      var value: CaptureReport?
      func set(_ report: CaptureReport) { value = report }
    }

    func run() async throws { await report.set(try await pipeline.capture(until: .never)) }
  }
#endif

private struct LoadResult: Encodable {
  struct Table: Encodable {
    let table: String
    let rows: Int
    let quarantinedRows, discardedValues: Int
  }

  let mode = Settings.Mode.fullLoad.rawValue
  let position: String
  let seconds: Double
  let rows: Int
  let tables: [Table]

  init(_ report: LoadReport) {
    position = report.position.description
    seconds = cdc_cli.seconds(report.duration)
    rows = report.rows
    tables = report.tables.map {
      Table(
        table: $0.name.description, rows: $0.rows, quarantinedRows: $0.quarantinedRows,
        discardedValues: $0.discardedValues)
    }
  }
}

private struct CaptureResult: Encodable {
  struct Table: Encodable {
    let table: String
    let changes: Int
    let quarantinedRows, discardedValues: Int
  }

  let mode = Settings.Mode.cdc.rawValue
  let position: String
  let seconds: Double
  let packages: Int
  let changes: Int
  let tables: [Table]

  init(_ report: CaptureReport) {
    position = report.position.description
    seconds = cdc_cli.seconds(report.duration)
    packages = report.packages
    changes = report.changeCount
    tables = report.changes.sorted { $0.key < $1.key }.map {
      Table(
        table: $0.key.description, changes: $0.value, quarantinedRows: report.quarantinedRows[$0.key] ?? 0,
        discardedValues: report.discardedValues[$0.key] ?? 0)
    }
  }
}
