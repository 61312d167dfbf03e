/// `cdc plan` on Databricks: SQL that parses, that is what the run then sends, and that is not sent by the plan.
import Foundation
import TestSupport
import Testing

@Suite struct DatabricksPlanTests {
  private struct Plan: Decodable {
    struct Step: Decodable {
      var title: String
      var statements: [String]
    }
    var mode: String
    var steps: [Step]

    var statements: [String] { steps.flatMap(\.statements) }
  }

  private func plan(_ run: DatabricksCommand, _ arguments: [String] = []) async throws -> Plan {
    let before = try await run.double.requests().last?.id ?? 0
    let text = try await run.cdcSucceeds(["plan", "--json"] + arguments)
    // Of this principal: other tests use the double at the same time.
    let asked = try await run.double.requests(since: before).filter { $0.principal == run.principal.name }
    #expect(!asked.isEmpty)
    for request in asked {
      let isQuery = request.sql.map { $0.hasPrefix("SELECT") } ?? (request.method == "GET")
      let isHarmless = request.path.hasPrefix("/oidc/") || request.path.hasSuffix("/cancel")
      #expect(isQuery || isHarmless, "\(request)")
    }
    return try JSONDecoder().decode(Plan.self, from: Data(text.utf8))
  }

  /// The statement with what a plan cannot know made equal: folders, the runner's name, positions, counts and bounds.
  private func normalized(_ statement: String) -> String {
    statement.replacing(/e[0-9]{8}-[0-9]{8}-[a-z]+-[0-9A-F]+-[0-9a-f-]+/, with: "DELIVERY")
      .replacing(/`runner` = '[^']*'/, with: "RUNNER").replacing(/1, '[0-9a-f-]{36}', 0/, with: "RUNNER")
      .replacing(/[0-9]{6,}/, with: "N")
  }

  @Test func isWhatTheFullLoadThenSends() async throws {
    try await withDatabricksCommand { run in
      var run = run
      run.principal = try await run.double.newPrincipal(admin: true)
      try await run.database.psql(
        """
        CREATE TABLE customer (id int PRIMARY KEY, "odd name" text);
        COMMENT ON COLUMN customer."odd name" IS 'it''s odd';
        CREATE TABLE log (v numeric(12, 2)); INSERT INTO customer VALUES (1, 'a');
        """)
      let planned = try await plan(run)
      #expect(planned.mode == "full_load")
      let start = try await run.double.requests().last?.id ?? 0
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      let sent = try await run.double.requests(since: start, path: "/sql/statements")
        .filter { $0.principal == run.principal.name }.compactMap(\.sql)
        .filter { !$0.hasPrefix("SELECT") }
      let sentHeads = Set(sent.map { normalized(String($0.prefix(300))) })
      // Tables are written down in the order in which their loads end, and the checkpoint has its own time.
      let exact = planned.statements.filter { !$0.hasPrefix("UPDATE") && !$0.contains("_cdc_schema` AS t") }
      #expect(exact.count > 8)
      for statement in exact {
        #expect(
          sentHeads.contains { normalized(statement).hasPrefix($0.prefix(200)) }, "\(statement)\n\(sentHeads)"
        )
      }
      #expect(planned.statements.contains { $0.contains("INSERT OVERWRITE") && $0.contains("odd name") })

      // Again over tables that are there, and then of a column that came.
      #expect(
        try await plan(run, ["--mode", "full_load"]).statements.contains { $0.contains("INSERT OVERWRITE") })
      try await run.database.psql("ALTER TABLE customer ADD COLUMN extra int")
      let changes = try await plan(run)
      #expect(changes.mode == "cdc")
      #expect(changes.statements.contains { $0.hasPrefix("ALTER TABLE") && $0.contains("`extra` INT") })
      #expect(
        changes.statements.filter { $0.hasPrefix("MERGE INTO `main`.`\(run.schema)`.`customer`") }.count == 1)

      // What rows became by a definition is in no log.
      try await run.database.psql("ALTER TABLE customer ADD COLUMN ticks int DEFAULT 5")
      let script = try await run.cdcSucceeds(["plan"])
      #expect(
        script.contains("public.customer: is loaded again, because the new column ticks has a default"),
        "\(script)")
    }
  }

  /// Each statement is run by the double, which takes nothing that Databricks' grammar does not have.
  @Test func isSQLThatRuns() async throws {
    try await withDatabricksCommand { run in
      var run = run
      run.principal = try await run.double.newPrincipal(admin: true)
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY, v text[]); CREATE TABLE log (v jsonb)")
      for mode in ["full_load", "cdc"] {
        let planned = try await plan(run, ["--mode", mode])
        for statement in planned.statements {
          do {
            try await run.double.execute(statement)
          } catch {
            // The folders of an example are not there: anything else is a fault of the statement.
            let said = "\(error)"
            #expect(
              !said.contains("PARSE_SYNTAX_ERROR") && said.contains("PATH_NOT_FOUND"), "\(statement)\n\(said)"
            )
          }
        }
        try await run.cdcSucceeds(["run", "--mode", "full_load"])
      }
    }
  }

  @Test func saysThatNothingIsLoadedYet() async throws {
    try await withDatabricksCommand { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let outcome = try await run.cdc(["plan", "--mode", "cdc"])
      #expect(outcome.status == 1 && outcome.errorOutput.contains("full_load"))
      let script = try await run.cdcSucceeds(["plan"])
      #expect(script.contains("-- Nothing was executed") && script.contains("CREATE VOLUME IF NOT EXISTS"))
    }
  }
}
