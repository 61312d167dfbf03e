internal import ArgumentParser
internal import PGWire

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Sells, ships, refunds and reprices in the demo's store.",
    discussion: "Changes exactly as many rows as asked for, in transactions of a realistic size.")

  @Argument(help: "Rows to insert.") var inserts: Int
  @Argument(help: "Rows to update.") var updates: Int
  @Argument(help: "Rows to delete.") var deletes: Int
  @Option(help: ArgumentHelp("Makes other changes for another number.", valueName: "number")) var seed:
    UInt64 = 1
  @Flag(help: "Print the result as JSON.") var json = false
  @OptionGroup var options: SettingsOptions

  func validate() throws {
    guard min(inserts, updates, deletes) >= 0 else {
      throw ValidationError("The numbers of rows to insert, update and delete are 0 or more.")
    }
  }

  func run() async throws {
    let settings = try options.load()
    let progress = ProgressReporter(isQuiet: false)
    let counts = SalesSimulation.Counts(inserts: inserts, updates: updates, deletes: deletes)
    let run = SimulationRun(settings: try ConnectionSettings(settings.source), counts: counts, seed: seed) {
      progress.count("simulate", $0, "transaction")
    }
    let report = try await run.run()
    progress.finish()
    if json {
      try JSONOutput.print(Result(report))
    } else {
      Terminal.print(report.text)
    }
  }

  private struct Result: Encodable {
    let inserts, updates, deletes, transactions: Int
    let seconds: Double

    init(_ report: SimulationRun.Report) {
      inserts = report.counts.inserts
      updates = report.counts.updates
      deletes = report.counts.deletes
      transactions = report.transactions
      seconds = cdc_cli.seconds(report.duration)
    }
  }
}

extension SimulationRun.Report {
  var text: String {
    "Simulated: \(plural(counts.inserts, "insert")), \(plural(counts.updates, "update")), "
      + "\(plural(counts.deletes, "delete")) in \(plural(transactions, "transaction")), "
      + "\(decimal(seconds(duration), places: 1)) s."
  }
}
