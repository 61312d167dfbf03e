/// The `cdc` that was built beside these tests, run as a user runs it.
import Foundation
import TestSupport
import Testing

enum CdcCommand {
  /// Tests and products lie in one folder.
  static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("cdc").path

  /// - Parameter directory: where `cdc` looks for `cdc.toml`; a lake lies beside it.
  static func command(
    _ arguments: [String], in directory: TemporaryDirectory, environment: [String: String] = [:]
  ) -> Command {
    Command(path, arguments, environment: environment, directory: directory.path)
  }

  static func run(
    _ arguments: [String], in directory: TemporaryDirectory, environment: [String: String] = [:]
  ) async throws -> Command.Outcome {
    try await command(arguments, in: directory, environment: environment).run()
  }
}

extension EndToEnd {
  /// The flags that every command shares; the lake, or the dataset, is this test's own.
  var flags: [String] {
    ["--source", database.connectionString, "--pipeline", name]
      + (dataset.map { ["--catalog", $0.double.catalog, "--dataset", $0.schema] } ?? ["--lake", lake.path])
  }

  /// Runs `cdc` in the lake's folder, which has no cdc.toml.
  func cdc(_ arguments: [String]) async throws -> Command.Outcome {
    try await CdcCommand.run(arguments + flags, in: lake, environment: dataset?.environment ?? [:])
  }

  /// As `cdc`, and anything else than exit code 0 is an issue of the test.
  @discardableResult
  func cdcSucceeds(
    _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> String {
    let outcome = try await cdc(arguments)
    #expect(outcome.status == 0, "\(outcome.errorOutput)", sourceLocation: sourceLocation)
    return outcome.output
  }
}
