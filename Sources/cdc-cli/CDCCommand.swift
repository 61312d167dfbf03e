internal import ArgumentParser

/// The root of the command, and the one place where errors become text and exit codes.
@main
struct CDCCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cdc",
    abstract: "Copies PostgreSQL into Delta Lake and keeps it equal.",
    discussion: """
      Settings come from flags, then the environment (PIPELINE_MODE, CDC_SOURCE, CDC_LAKE, TARGET_CATALOG, \
      TARGET_DATASET, PG*, DATABRICKS_* …), then cdc.toml, \
      then .dlt/secrets.toml and .dlt/config.toml, then defaults. \
      Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 a check or a verification found something wrong.
      """,
    subcommands: [
      InitCommand.self, CheckCommand.self, PlanCommand.self, RunCommand.self, StatusCommand.self,
      VerifyCommand.self,
      InspectCommand.self, OptimizeCommand.self,
      CleanupCommand.self, SimulateCommand.self, DemoCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      Failure(error).report()
    }
  }
}
