/// What the command does on Databricks beside loading and capturing (RunCommandTests), and how environments keep apart.
import Foundation
import TestSupport
import Testing

@Suite struct DatabricksRunTests {
  @Test func theOtherCommandsWorkThereToo() async throws {
    try await withDatabricksCommand { run in
      try await run.database.psql(CommandShop.tables)
      #expect(try await run.cdcSucceeds(["status"]).contains("none: no full load has finished"))
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      let status = try await run.cdcSucceeds(["status", "--json"])
      #expect(status.contains("\"kind\" : \"full_load\"") && status.contains("cdc_main__\(run.schema)"))
      let inspected = try await run.cdcSucceeds(["inspect", "invoice", "--rows", "2"])
      for word in ["decimal(12,2)", "5,000 rows", "key 1", "CREATE TABLE"] {
        #expect(inspected.contains(word), "\(inspected)")
      }
      try await run.cdcSucceeds(["optimize", "--vacuum"])
      let refused = try await run.cdc(["cleanup", "--lake-too", "--yes"])
      #expect(refused.status == 2 && refused.errorOutput.contains("DROP SCHEMA"))
      try await run.cdcSucceeds(["cleanup"])
      #expect(
        try await run.database.psql(
          "SELECT count(*) FROM pg_replication_slots WHERE database = '\(run.database.name)'") == "0")
      try await run.expectEqual("invoice")
    }
  }

  /// One file, two environments of it, one database: each has its slot, and none moves the other's.
  @Test func twoEnvironmentsReadOneDatabaseSideBySide() async throws {
    try await withDatabricksCommand { run in
      try await run.double.withSchema { production in
        let prod = ["TARGET_DATASET": production]
        try await run.database.psql(CommandShop.tables)
        try await run.cdcSucceeds(["run", "--mode", "full_load"])
        try await run.cdcSucceeds(["run", "--mode", "full_load"], environment: prod)
        try await run.database.psql(CommandShop.changes)

        let position = """
          SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'cdc_main__\(production)'
          """
        let before = try await run.database.psql(position)
        #expect(!before.isEmpty)
        try await run.cdcSucceeds(["run", "--mode", "cdc"])
        try await run.expectEqual("invoice")
        #expect(try await run.database.psql(position) == before)

        // What the first has taken is still there for the second.
        try await run.cdcSucceeds(["run", "--mode", "cdc"], environment: prod)
        try await run.expectEqual("invoice", schema: production)
        try await run.expectEqual("customer", schema: production)
        try await run.cdcSucceeds(["cleanup"])
        #expect(
          try await run.database.psql(
            "SELECT slot_name FROM pg_replication_slots WHERE database = '\(run.database.name)'")
            == "cdc_main__\(production)")
        _ = try? await run.double.execute("DROP SCHEMA IF EXISTS main.\(production)_staging CASCADE")
      }
    }
  }

  /// With one name for both, a load of one makes the slot of both anew: the other is told so, and loses nothing silently.
  @Test func twoEnvironmentsOfOneNameAreKeptApart() async throws {
    try await withDatabricksCommand { run in
      try await run.double.withSchema { other in
        let second = ["TARGET_DATASET": other, "CDC_STAGING_SCHEMA": "\(run.schema)_staging"]
        try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
        let name = ["--pipeline", "shared_\(run.database.name)"]
        try await run.cdcSucceeds(["run", "--mode", "full_load"] + name)
        try await run.database.psql("INSERT INTO t VALUES (1)")
        try await run.cdcSucceeds(["run", "--mode", "full_load"] + name, environment: second)
        let refused = try await run.cdc(["run", "--mode", "cdc"] + name)
        #expect(refused.status == 1, "\(refused.output)")
        #expect(refused.errorOutput.contains("main.\(other)") && refused.errorOutput.contains("full_load"))
        try await run.cdcSucceeds(["run", "--mode", "full_load"] + name)
        try await run.expectEqual("t")
        #expect(try await run.cdc(["run", "--mode", "cdc"] + name, environment: second).status == 1)
      }
    }
  }
}
