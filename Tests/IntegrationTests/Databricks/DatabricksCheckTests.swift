/// `cdc check` against the double: what it finds for principals with all rights, with the documented ones, with none.
import Foundation
import TestSupport
import Testing

@Suite struct DatabricksCheckTests {
  private struct Answer: Decodable {
    struct Finding: Decodable {
      var part: String
      var name: String
      var outcome: String
      var detail: String
      var advice: String?
      var statements: [String]
    }
    var isOk: Bool
    var findings: [Finding]

    var failed: [Finding] { findings.filter { $0.outcome == "failed" } }
  }

  private func check(_ run: DatabricksCommand, environment: [String: String] = [:]) async throws -> Answer {
    let outcome = try await run.cdc(["check", "--json"], environment: environment)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let answer = try decoder.decode(Answer.self, from: Data(outcome.output.utf8))
    #expect(outcome.status == (answer.isOk ? 0 : 3), "\(outcome.errorOutput)")
    return answer
  }

  @Test func findsAllInOrderAndRemovesItsTrial() async throws {
    try await withDatabricksCommand { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let answer = try await check(run)
      #expect(answer.isOk, "\(answer.failed)")
      let names = answer.findings.filter { $0.part == "destination" }.map(\.name)
      #expect(
        names == [
          "credentials", "warehouse", "catalog", "schema", "staging schema", "volume", "state tables", "file",
          "table", "merge",
        ])
      #expect(try await run.double.execute("SHOW TABLES IN main.\(run.schema)").isEmpty)
      let files = FileManager.default.enumerator(
        atPath: run.double.root + "/volumes/main/\(run.schema)_staging")
      #expect(files?.allObjects.contains { "\($0)".contains("cdc_check") } != true)
    }
  }

  /// A principal without rights runs what it is told to, as its administrator would, until nothing is left to mend.
  @Test func theStatementsThatItPrintsAreEnough() async throws {
    try await withDatabricksCommand { run in
      var run = run
      run.principal = try await run.double.newPrincipal()
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
      let refused = try await check(run)
      #expect(refused.failed.map(\.name) == ["warehouse"])
      #expect(refused.failed.first?.advice?.contains("Can use") == true)
      try await run.double.grant(["CAN USE"], on: "WAREHOUSE", run.double.warehouseID, to: run.principal)

      var rounds = 0
      var answer = try await check(run)
      while !answer.isOk, rounds < 5 {
        for finding in answer.failed {
          #expect(!finding.statements.isEmpty, "\(finding)")
          for statement in finding.statements {
            _ = try await run.double.execute(String(statement.dropLast()))
          }
        }
        rounds += 1
        answer = try await check(run)
      }
      #expect(answer.isOk && rounds > 0, "\(answer.failed)")
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      try await run.cdcSucceeds(["run", "--mode", "cdc"])
      try await run.expectEqual("t")
    }
  }

  /// The grants of README's guide, for schemas that an administrator has made.
  @Test func theGrantsOfTheGuideAreEnough() async throws {
    try await withDatabricksCommand { run in
      var run = run
      run.principal = try await run.double.newPrincipal()
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
      try await run.double.grant(["CAN USE"], on: "WAREHOUSE", run.double.warehouseID, to: run.principal)
      for statement in try guideStatements(run) { _ = try await run.double.execute(statement) }
      let answer = try await check(run)
      #expect(answer.isOk, "\(answer.failed)")
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      try await run.database.psql("UPDATE t SET id = 2")
      try await run.cdcSucceeds(["run", "--mode", "cdc"])
      try await run.cdcSucceeds(["verify"])
    }
  }

  /// A right that is taken away between two runs: the next one says what to grant, and so does `check`; granted, it goes on.
  @Test func aRunThatIsRefusedSaysWhatToGrant() async throws {
    try await withDatabricksCommand { run in
      var run = run
      run.principal = try await run.double.newPrincipal()
      let (double, principal) = (run.double, run.principal)
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
      // Somebody else has loaded the tables and owns them.
      try await DatabricksCommand(
        database: run.database, double: double, schema: run.schema, directory: run.directory,
        principal: double.admin
      ).cdcSucceeds(["run", "--mode", "full_load"])
      try await double.grant(["CAN USE"], on: "WAREHOUSE", double.warehouseID, to: principal)
      var insert = 1
      for (kind, privilege, word) in [
        ("SCHEMA", "SELECT", "MODIFY ON SCHEMA `main`.`\(run.schema)`"),
        ("SCHEMA", "MODIFY", "MODIFY ON SCHEMA `main`.`\(run.schema)`"),
        ("VOLUME", "WRITE VOLUME", "WRITE VOLUME ON VOLUME `main`.`\(run.schema)_staging`.`cdc`"),
        ("WAREHOUSE", "CAN USE", "Can use"),
      ] {
        insert += 1
        try await run.database.psql("INSERT INTO t VALUES (\(insert))")
        let name =
          switch kind {
          case "SCHEMA": "main.\(run.schema)"
          case "VOLUME": "main.\(run.schema)_staging.cdc"
          default: double.warehouseID
          }
        try await double.grant([privilege], on: kind, name, to: principal, revoke: true)
        let outcome = try await run.cdc(["run", "--mode", "cdc"])
        #expect(outcome.status == 1, "\(privilege)")
        #expect(outcome.errorOutput.contains(word), "\(privilege): \(outcome.errorOutput)")
        let advice = try await check(run).failed.map { "\($0.advice ?? "") \($0.statements.joined())" }
        #expect(advice.contains { $0.contains(word) }, "\(privilege): \(advice)")
        // What the run has printed is enough.
        for statement in outcome.errorOutput.components(separatedBy: ";") {
          guard let grant = statement.range(of: "GRANT ") else { continue }
          try await double.execute(String(statement[grant.lowerBound...]))
        }
        try await double.grant(["CAN USE"], on: "WAREHOUSE", double.warehouseID, to: principal)
        try await run.cdcSucceeds(["run", "--mode", "cdc"])
        try await run.expectEqual("t")
      }
    }
  }

  /// The SQL block of the guide, with this test's names in place of its own.
  private func guideStatements(_ run: DatabricksCommand) throws -> [String] {
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let block = try #require(
      text.components(separatedBy: "```sql\n").first { $0.hasPrefix("   CREATE SCHEMA") })
    let sql = block.components(separatedBy: "```")[0]
      .replacingOccurrences(of: "dev_shop.sales_staging", with: "main.\(run.schema)_staging")
      .replacingOccurrences(of: "dev_shop.sales", with: "main.\(run.schema)")
      .replacingOccurrences(of: "dev_shop", with: "main")
      .replacingOccurrences(of: "APPLICATION_ID", with: run.principal.clientID)
    let statements = sql.components(separatedBy: ";").map {
      $0.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return statements.filter { !$0.isEmpty }
      .map { $0.replacingOccurrences(of: "CREATE SCHEMA ", with: "CREATE SCHEMA IF NOT EXISTS ") }
  }

  @Test func aWarehouseThatStandsStillIsStarted() async throws {
    try await withDatabricksCommand { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let warehouse = try await run.double.newWarehouse(startSeconds: 2)
      let answer = try await check(run, environment: ["DATABRICKS_WAREHOUSE_ID": warehouse])
      #expect(
        answer.findings.first { $0.name == "warehouse" }?.detail.contains("was STOPPED, started") == true)
    }
  }

  @Test(arguments: [
    (["DATABRICKS_CLIENT_SECRET": "dose-wrong-secret"], "credentials", "DATABRICKS_CLIENT_SECRET"),
    (["DATABRICKS_WAREHOUSE_ID": "0000"], "warehouse", "0000"),
    (["DATABRICKS_HOST": "http://127.0.0.1:1"], "credentials", "127.0.0.1"),
  ])
  func saysWhatIsWrong(environment: [String: String], step: String, word: String) async throws {
    try await withDatabricksCommand { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let answer = try await check(run, environment: environment)
      #expect(answer.failed.map(\.name) == [step])
      #expect(answer.failed.first?.detail.contains(word) == true && answer.failed.first?.advice != nil)
    }
  }
}
