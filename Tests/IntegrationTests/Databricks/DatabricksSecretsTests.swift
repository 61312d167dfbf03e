/// Secrets are sent, and never shown: not in results, errors, JSON or the log, whatever goes wrong.
import Foundation
import TestSupport
import Testing

@Suite struct DatabricksSecretsTests {
  private static let token = "dapi-0123456789-verysecret"
  private static let clientSecret = "dose-0123456789-verysecret"

  /// How a run goes wrong, or not.
  static let cases: [(name: String, arguments: [String], environment: [String: String])] = [
    ("check", ["check", "-v"], [:]),
    ("check as JSON", ["check", "--json", "-v"], [:]),
    ("a wrong secret", ["check", "-v"], ["DATABRICKS_CLIENT_SECRET": clientSecret]),
    (
      "a wrong token", ["run", "--mode", "full_load", "-v"],
      ["DATABRICKS_TOKEN": token, "DATABRICKS_CLIENT_ID": "", "DATABRICKS_CLIENT_SECRET": ""]
    ),
    (
      "credentials of two kinds", ["status"],
      ["DATABRICKS_TOKEN": token, "DATABRICKS_CLIENT_SECRET": clientSecret]
    ),
    ("a host that is none", ["status", "-v"], ["DATABRICKS_HOST": "https://u:\(token)@x.invalid/"]),
    (
      "a server that is not there", ["run", "--mode", "cdc", "-v"], ["DATABRICKS_HOST": "http://127.0.0.1:1"]
    ),
    (
      "a secret among the settings' mistakes", ["status"],
      ["TARGET_CATALOG": "a.b", "DATABRICKS_TOKEN": token]
    ),
  ]

  @Test(arguments: 0..<8)
  func areNeverPrinted(index: Int) async throws {
    let (name, arguments, environment) = Self.cases[index]
    try await withDatabricksCommand { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let source = run.database.connectionString.replacingOccurrences(
        of: "postgres@", with: "postgres:pg-verysecret@")
      let outcome = try await run.cdc(
        arguments, environment: environment.merging(["CDC_SOURCE": source]) { $1 })
      let said = outcome.output + outcome.errorOutput
      #expect(!said.isEmpty)
      for secret in [run.principal.clientSecret, "verysecret", "Bearer", "eyJ"] {
        #expect(!said.contains(secret), "\(name): \(said)")
      }
    }
  }

  @Test func ofFilesAreNotPrintedEither() async throws {
    try await withDatabricksCommand { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let folder = run.directory.url.appendingPathComponent(".dlt")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(
        """
        [destination.databricks.credentials]
        client_id = "somebody"
        client_secret = "\(Self.clientSecret)"
        """.utf8
      ).write(to: folder.appendingPathComponent("secrets.toml"))
      let outcome = try await run.cdc(
        ["check", "-v"], environment: ["DATABRICKS_CLIENT_ID": "", "DATABRICKS_CLIENT_SECRET": ""])
      #expect(outcome.status == 3)
      let said = outcome.output + outcome.errorOutput
      #expect(said.contains("credentials") && !said.contains("verysecret"), "\(said)")
    }
  }
}
