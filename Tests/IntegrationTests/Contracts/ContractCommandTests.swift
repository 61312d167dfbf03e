/// Contracts and masks as a user sets them in cdc.toml, and what `cdc` tells of them.
import Foundation
import TestSupport
import Testing

@Suite struct ContractCommandTests {
  private static let settings = """
    contract = "discard_row"
    mask_salt = "env:PEPPER"
    [[table]]
    pattern = "public.customer"
    [table.columns.email]
    mask = "sha256"
    """

  private static let tables = """
    CREATE TABLE customer (id int PRIMARY KEY, email text, born date, due numeric(6, 2));
    INSERT INTO customer VALUES (1, 'ann@example.org', '1980-01-01', 1), (2, 'bob@example.org', 'infinity', 2);
    """

  private struct Status: Decodable {
    struct Contract: Decodable, Equatable {
      var table: String
      var rowsOut, quarantinedRows, discardedValues: Int
    }
    var contracts: [Contract]
  }

  @Test func runsAndStatusTellHowManyRowsAreOut() async throws {
    try await withEndToEnd { run in
      try Self.settings.write(toFile: run.lake.path("cdc.toml"), atomically: true, encoding: .utf8)
      func cdc(_ arguments: [String], pepper: String? = "pfeffer") async throws -> Command.Outcome {
        try await CdcCommand.run(
          arguments + run.flags, in: run.lake, environment: pepper.map { ["PEPPER": $0] } ?? [:])
      }
      try await run.database.psql(Self.tables)
      let unsalted = try await cdc(["run", "--mode", "full_load"], pepper: nil)
      #expect(unsalted.status == 2 && unsalted.errorOutput.contains("PEPPER"))
      let load = try await cdc(["run", "--mode", "full_load", "--verbose"])
      #expect(load.status == 0 && load.output.contains("public.customer: 1 row to the table _cdc_quarantine"))
      try await run.database.psql(
        "INSERT INTO customer VALUES (3, 'cid@example.org', '1980-01-01', 'NaN'); UPDATE customer SET due = 'NaN' WHERE id = 1"
      )
      let changed = try await cdc(["run", "--mode", "cdc", "--json", "--verbose"])
      #expect(changed.output.contains("\"quarantined_rows\" : 2"), "\(changed.output)")
      let status = try await cdc(["status", "--json"])
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let contracts = try decoder.decode(Status.self, from: Data(status.output.utf8)).contracts
      #expect(
        contracts == [
          Status.Contract(table: "public.customer", rowsOut: 3, quarantinedRows: 3, discardedValues: 0)
        ])
      #expect(try await cdc(["status"]).output.contains("3 rows in quarantine (3 so far)"))
      #expect(try await cdc(["inspect", "_cdc_quarantine"]).output.contains("3 rows in 2 files"))
      let verified = try await cdc(["verify"])
      #expect(verified.status == 0, "\(verified.output)\(verified.errorOutput)")
      for outcome in [load, changed, status, verified] {
        let told = outcome.output + outcome.errorOutput
        #expect(!told.contains("pfeffer") && !told.contains("@example.org"))
      }
    }
  }

  @Test func aFrozenContractTellsTheWayOut() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.tables)
      let outcome = try await run.cdc(["run", "--mode", "full_load"])
      #expect(outcome.status == 1)
      for word in ["public.customer", "column born", "key id 2", "discard_row", "discard_value"] {
        #expect(outcome.errorOutput.contains(word), "\(outcome.errorOutput)")
      }
      #expect(!outcome.errorOutput.contains("bob@example.org"))
    }
  }

  @Test func databricksHasTheQuarantineToo() async throws {
    try await withDatabricksCommand { run in
      try Self.settings.write(toFile: run.directory.path("cdc.toml"), atomically: true, encoding: .utf8)
      let pepper = ["PEPPER": "pfeffer"]
      try await run.database.psql(Self.tables)
      try await run.cdcSucceeds(["run", "--mode", "full_load"], environment: pepper)
      try await run.database.psql(
        """
        INSERT INTO customer VALUES (3, 'cid@example.org', '1980-01-01', 'NaN'), (4, 'dan@example.org', NULL, 4);
        UPDATE customer SET due = 'NaN' WHERE id = 1; UPDATE customer SET born = NULL WHERE id = 2
        """)
      try await run.cdcSucceeds(["run", "--mode", "cdc"], environment: pepper)
      try await run.database.psql(
        "DELETE FROM customer WHERE id = 3; UPDATE customer SET due = 0 WHERE id = 1")
      try await run.cdcSucceeds(["run", "--mode", "cdc"], environment: pepper)
      let verified = try await run.cdcSucceeds(["verify"], environment: pepper)
      #expect(verified.contains("3 rows, equal"), "\(verified)")
      let folder = run.double.tableFolder(
        catalog: run.double.catalog, schema: run.schema, table: "_cdc_quarantine")
      let events = try await LakeReader.query(
        "SELECT event || ' ' || operation || ' ' || key FROM q ORDER BY entry",
        tables: ["q": folder])
      #expect(
        events.map { $0.replacing("\\\"", with: "") } == [
          "[\"quarantined load {id:2}\"]", "[\"quarantined insert {id:3}\"]",
          "[\"quarantined update {id:1}\"]",
          "[\"resolved update {id:2}\"]", "[\"resolved delete {id:3}\"]", "[\"resolved update {id:1}\"]",
        ])
    }
  }
}
