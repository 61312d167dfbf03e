/// The harness of the Databricks double. What the double itself does is tested in Python, with Databricks' own SDK:
/// Tests/Support/DatabricksDouble/tests.
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct DatabricksDoubleTests {
  @Test(arguments: Engine.forDelta)
  func tablesAreReadFromTheirFolder(_ engine: Engine) async throws {
    let double = try await DatabricksDouble.shared()
    try await double.withSchema { schema in
      try await double.execute("CREATE TABLE main.\(schema).T AS SELECT 1L AS id, 'a' AS v")
      try await double.execute("UPDATE main.\(schema).t SET v = 'b'")
      let folder = double.tableFolder(catalog: "main", schema: schema, table: "T")
      let table = try await LakeReader.read(delta: folder, engine: engine)
      #expect(table.columnDescriptions == ["id long", "v string"])
      #expect(table.rows == [#"[1,"b"]"#])
    }
  }

  @Test func aSchemaIsGoneAfterItsTest() async throws {
    let double = try await DatabricksDouble.shared()
    let schema = try await double.withSchema { $0 }
    #expect(try await double.execute("SHOW SCHEMAS IN main").contains([schema]) == false)
  }

  @Test func faultsAreHitAndRecorded() async throws {
    let double = try await DatabricksDouble.shared()
    try await double.withSchema { schema in
      let fault = try await double.inject(
        DatabricksFault(method: "POST", path: "/sql/statements$", sql: schema).with {
          $0.statement = "failed"
          $0.message = "as ordered"
          $0.sqlState = "58030"
        })
      await #expect(throws: DatabricksDouble.Failure.self) {
        try await double.execute("CREATE TABLE main.\(schema).t (id BIGINT)")
      }
      try await double.execute("CREATE TABLE main.\(schema).t (id BIGINT)")
      #expect(try await double.hits(of: fault) == 1)
      let requests = try await double.requests(method: "POST", sql: "CREATE TABLE main.\(schema)")
      #expect(requests.map(\.fault) == [fault, nil])
      #expect(requests.allSatisfy { $0.status == 200 && $0.seconds > 0 && $0.bytesIn > 0 && $0.bytesOut > 0 })
      try await double.remove(fault: fault)
    }
  }

  @Test func principalsHaveWhatTheyAreGranted() async throws {
    let double = try await DatabricksDouble.shared()
    let principal = try await double.newPrincipal()
    try await double.withSchema { schema in
      try await double.grant(["USE SCHEMA", "SELECT"], on: "SCHEMA", "main.\(schema)", to: principal)
      try await double.grant(["CAN USE"], on: "WAREHOUSE", double.warehouseID, to: principal)
      let rows = try await double.execute("SHOW GRANTS `\(principal.clientID)` ON SCHEMA main.\(schema)")
      #expect(rows.map { $0[1] } == ["SELECT", "USE SCHEMA"])
    }
    try await double.expireTokens(of: principal)
  }

  @Test func statementsAreParsedWithoutRunning() async throws {
    let double = try await DatabricksDouble.shared()
    #expect(try await double.grammar(of: "SELECT * FROM not.there") == "spark")
    #expect(try await double.grammar(of: "DROP VOLUME a.b.c") == "double")
    await #expect(throws: DatabricksDouble.Failure.self) { try await double.grammar(of: "DROP VOLUMES a") }
  }
}
