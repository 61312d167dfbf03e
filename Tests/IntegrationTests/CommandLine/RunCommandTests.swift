/// `cdc run` and its kin against a real server: what they do, print, and end with.
import Foundation
import TestSupport
import Testing

@Suite struct RunCommandTests {
  @Test(arguments: Place.allCases)
  func loadsThenCapturesThenVerifies(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(CommandShop.tables)
      let loaded = try await run.cdcSucceeds(["run", "--mode", "full_load"])
      #expect(loaded.contains(run.dataset.map { "main.\($0.schema)" } ?? run.lake.path))
      try await run.expectEqual("customer")
      try await run.expectEqual("invoice")
      try await run.database.psql(CommandShop.changes)
      try await run.cdcSucceeds(["run", "--mode", "cdc"])
      try await run.expectEqual("customer")
      try await run.expectEqual("invoice")
      let verified = try await run.cdcSucceeds(["verify"])
      #expect(verified.contains("5,100 rows, equal"), "\(verified)")
      try await run.cdcSucceeds(["status"])
      let inspected = try await run.cdcSucceeds(["inspect", "public.invoice"])
      #expect(inspected.contains("decimal(12,2)"))
    }
  }

  @Test func verifyFindsAForeignHandAndEndsWithThree() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(CommandShop.tables)
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      _ = try await LakeReader.python(
        "import deltalake\ndeltalake.DeltaTable(args[0]).update(predicate='id = 77', updates={'total': '0.00'})",
        arguments: [run.path("invoice")])
      let outcome = try await run.cdc(["verify"])
      #expect(outcome.status == 3)
      let said = outcome.output + outcome.errorOutput
      #expect(said.contains("invoice") && said.contains("77") && said.contains("total"))
    }
  }

  /// SIGKILL leaves no time to clean up anything.
  @Test(arguments: ["merge", "append"])
  func losesAndDoublesNothingWhenKilled(write: String) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v int);
        INSERT INTO t SELECT i, 0 FROM generate_series(1, 100) i
        """)
      try await run.cdcSucceeds(["run", "--mode", "full_load", "--write", write])
      var random = SeededGenerator(seed: 11)
      for round in 1...6 {
        try await run.database.psql(
          """
          DO $$ BEGIN FOR i IN 1..300 LOOP
            INSERT INTO t VALUES (\(round) * 1000 + i, i);
            UPDATE t SET v = v + 1 WHERE id = i;
            COMMIT;
          END LOOP; END $$
          """)
        let capture = try CdcCommand.command(
          ["run", "--mode", "cdc", "--write", write] + run.flags, in: run.lake,
          environment: ["CDC_PACKAGE_ROWS": "25"]
        ).start()
        try await Task.sleep(for: .milliseconds(Int.random(in: 20...600, using: &random)))
        capture.signal(SIGKILL)
        _ = try await capture.outcome()
      }
      // The server may need a moment to notice that the killed client has gone.
      #expect(
        try await eventually {
          try await run.database.psql(
            "SELECT count(*) FROM pg_replication_slots WHERE active AND database = '\(run.database.name)'")
            == "0"
        })
      try await run.cdcSucceeds(["run", "--mode", "cdc", "--write", write])
      if write == "merge" {
        try await run.expectEqual("t")
      } else {
        let changes = try await run.query(
          "SELECT _cdc_op, count(*)::int, count(DISTINCT (_cdc_lsn, _cdc_sequence))::int FROM t "
            + "WHERE _cdc_op <> 'r' GROUP BY 1 ORDER BY 1", table: "t")
        #expect(changes == [#"["c",1800,1800]"#, #"["u",600,600]"#])
      }
    }
  }

  @Test func leavesTheOldTablesWhenAFullLoadIsKilled() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v text);
        INSERT INTO t SELECT i, repeat('v', 200) FROM generate_series(1, 200000) i
        """)
      let load = try CdcCommand.command(["run", "--mode", "full_load"] + run.flags, in: run.lake).start()
      try await Task.sleep(for: .milliseconds(400))
      load.signal(SIGKILL)
      _ = try await load.outcome()
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      try await run.database.psql("DELETE FROM t WHERE id % 2 = 0")
      try await run.cdcSucceeds(["run", "--mode", "cdc"])
      try await run.expectEqual("t")
    }
  }

  @Test func stopsOnATerminationSignalAndLosesNothing() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(CommandShop.tables)
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      let capture = try CdcCommand.command(
        ["run", "--mode", "cdc", "--continuous"] + run.flags, in: run.lake,
        environment: ["CDC_PACKAGE_SECONDS": "0"]
      ).start()
      try await run.database.psql(CommandShop.changes)
      let arrived = try await eventually {
        try await differences(
          lakeTable: run.path("invoice"), postgresTable: "public.invoice", in: run.database,
          engines: [.duckdb]
        ).isEmpty
      }
      #expect(arrived)
      capture.signal(SIGTERM)
      let outcome = try await capture.outcome()
      #expect(outcome.status == 0, "\(outcome.errorOutput)")
      try await run.cdcSucceeds(["verify"])
    }
  }

  @Test func cleanupGivesSlotAndPublicationsBack() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(CommandShop.tables)
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      let count =
        "SELECT (SELECT count(*) FROM pg_replication_slots WHERE database = current_database()) + (SELECT count(*) FROM pg_publication)"
      #expect(try await run.database.psql(count) == "3")
      try await run.cdcSucceeds(["cleanup"])
      #expect(try await run.database.psql(count) == "0")
    }
  }
}
