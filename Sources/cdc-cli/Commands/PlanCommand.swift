internal import ArgumentParser
internal import CDCCore
internal import DeltaSink
internal import PGWire

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Shows what the next run would do, and executes nothing.",
    discussion: """
      On Databricks it prints the SQL that the run would send, as a script; of changes, which are not read, one package \
      that touches every table. Without --mode the next run is a full load where none has finished, else cdc.
      """)

  @Option(help: ArgumentHelp("full_load or cdc.", valueName: "mode")) var mode: [String] = []
  @Flag(help: "Print the plan as JSON.") var json = false
  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let settings = try options.load(mode: mode)
    let parts = try Composition(settings)
    let checkpoint = try await parts.target.lastCheckpoint(of: settings.pipeline)
    let isLoaded = checkpoint.map { $0.kind != .unfinishedLoad } ?? false
    let mode = settings.mode ?? (isLoaded ? .cdc : .fullLoad)
    let tables = try await parts.source.tables().map {
      (schema: $0, disposition: settings.resources.disposition(of: $0))
    }
    let position = try await parts.source.currentPosition()
    var request = PlanRequest(
      mode: mode, pipeline: settings.pipeline, tables: tables, checkpoint: checkpoint, position: position)
    if mode == .cdc, isLoaded {
      let held = try await parts.target.heldTables(of: settings.pipeline)
      request.differences = try await parts.source.differences(from: held)
    }
    let steps = try await parts.target.plan(request)
    if json {
      try JSONOutput.print(
        PlanResult(
          mode: mode.rawValue, pipeline: settings.pipeline, destination: parts.target.name,
          source: parts.source.note(mode),
          steps: steps.map { PlanResult.Step(title: $0.title, statements: $0.statements) }))
    } else {
      Terminal.print(Self.text(steps, request, parts))
    }
  }

  /// A script: words are comments, and every statement ends in a semicolon.
  private static func text(_ steps: [PlannedStep], _ request: PlanRequest, _ parts: Composition) -> String {
    let what =
      request.mode == .fullLoad
      ? "full load of \(plural(request.tables.count, "table"))"
      : "changes from \(request.checkpoint?.position ?? .zero) to about \(request.position)"
    var lines = [
      "-- The next run of pipeline \(request.pipeline): \(what), into \(parts.target.name).",
      "-- At the source: \(parts.source.note(request.mode)).",
      "-- Nothing was executed. Positions, and names of runners and staged folders, are examples.",
    ]
    for step in steps {
      lines += ["", "-- \(step.title)"] + step.statements.map { "\($0);" }
    }
    return lines.joined(separator: "\n")
  }
}

/// What a plan is asked for.
struct PlanRequest: Sendable {
  var mode: Settings.Mode
  var pipeline: String
  var tables: [(schema: TableSchema, disposition: WriteDisposition)]
  /// Nil before a first full load was finished.
  var checkpoint: Checkpoint?
  /// The server's end of log.
  var position: LSN
  /// Of capture: what tables went through since the last run.
  var differences: [TableName: TableDifference] = [:]
}

extension PostgresSource {
  fileprivate func note(_ mode: Settings.Mode) -> String {
    mode == .fullLoad
      ? "the slot \(slotName) is made, anew where it is there, and the publication \(publicationName) holds these tables"
      : "the slot \(slotName) is read, and confirmed up to what is durable"
  }
}

private struct PlanResult: Encodable {
  struct Step: Encodable {
    let title: String
    let statements: [String]
  }

  let mode: String
  let pipeline: String
  let destination: String
  let source: String
  let steps: [Step]
}
