import Foundation
import TestSupport

extension Script.Session {
  /// Runs in a psql of its own, to the end: a statement that the server refuses is passed over.
  ///
  /// - Returns: how many were refused.
  func play(on database: TestDatabase) async throws -> Int {
    let settings = """
      \\set ON_ERROR_ROLLBACK \(isForgiving ? "on" : "off")
      SET lock_timeout = '3s'; SET statement_timeout = '60s';

      """
    let outcome = try await Command(
      database.server.binaries + "/psql",
      ["-X", "-q", "-A", "-t", "-d", database.socketConnectionString],
      environment: ["PGAPPNAME": "cdc-oracle", "PGOPTIONS": "-c client_min_messages=error"],
      input: settings + transactions.map(\.text).joined(separator: "\n")
    ).run()
    guard outcome.status == 0 else {
      throw Finding(
        kind: .invalid, round: -1, signature: "psql",
        description: "psql ended with \(outcome.status): \(outcome.errorOutput)")
    }
    if ProcessInfo.processInfo.environment["ORACLE_TRACE"] != nil { print(outcome.errorOutput) }
    return outcome.errorOutput.matches(of: #/ERROR: /#).count
  }
}
