/// The settings that say what of the log is taken, and what becomes of removed tables, in the file and in the environment.
import Foundation
import TestSupport
import Testing

@Suite struct LogSettingsTests {
  @Test func followsCdcToml() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2); CREATE TABLE gone (id int PRIMARY KEY);
        CREATE TABLE also_gone (id int PRIMARY KEY)
        """)
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      try await run.database.psql(
        """
        BEGIN; SELECT pg_logical_emit_message(true, 'mine.keep', 'x'); DELETE FROM t WHERE id = 1; COMMIT;
        SELECT pg_logical_emit_message(true, 'other', 'y'); DROP TABLE gone
        """)
      try """
      messages = ["mine.*"]
      ignore_deletes = "mine.keep"
      ignore_origins = ["elsewhere"]
      removed_tables = "drop"
      """.write(toFile: run.lake.path("cdc.toml"), atomically: true, encoding: .utf8)
      try await run.cdcSucceeds(["run", "--mode", "cdc"])
      try await run.expectIDs([1, 2])
      #expect(try await run.messages("SELECT prefix FROM t") == ["[\"mine.keep\"]"])
      #expect(!FileManager.default.fileExists(atPath: run.path("gone")))
      // The environment wins.
      try await run.database.psql("DROP TABLE also_gone; INSERT INTO t VALUES (3)")
      let outcome = try await CdcCommand.run(
        ["run", "--mode", "cdc"] + run.flags, in: run.lake, environment: ["CDC_REMOVED_TABLES": "keep"])
      #expect(outcome.status == 0, "\(outcome.errorOutput)")
      #expect(FileManager.default.fileExists(atPath: run.path("also_gone")))
    }
  }
}
