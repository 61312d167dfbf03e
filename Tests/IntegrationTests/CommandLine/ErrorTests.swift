/// Each mistake is answered by one paragraph that says what to do, and by the exit code that fits it.
import Foundation
import TestSupport
import Testing

@Suite struct ErrorTests {
  /// One paragraph on standard error, with these words in it; nothing on standard output.
  private func expectRefusal(
    _ outcome: Command.Outcome, status: Int32, saying words: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let text = outcome.errorOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(outcome.status == status, "\(text)", sourceLocation: sourceLocation)
    #expect(outcome.output == "", sourceLocation: sourceLocation)
    #expect(!text.isEmpty && !text.contains("\n\n"), "\(text)", sourceLocation: sourceLocation)
    for word in words {
      #expect(text.contains(word), "\(text)", sourceLocation: sourceLocation)
    }
  }

  @Test func refusesAWrongWordForAMode() async throws {
    try await withTemporaryDirectory { directory in
      let outcome = try await CdcCommand.run(["run", "--mode", "fullload"], in: directory)
      expectRefusal(outcome, status: 2, saying: ["fullload", "full_load", "cdc"])
    }
  }

  @Test func refusesTwoModesAtOnce() async throws {
    try await withTemporaryDirectory { directory in
      let outcome = try await CdcCommand.run(["run", "--mode", "cdc", "--mode", "full_load"], in: directory)
      expectRefusal(outcome, status: 2, saying: ["full_load", "cdc"])
    }
  }

  @Test func refusesUnknownSettings() async throws {
    try await withTemporaryDirectory { directory in
      try Data("sauce = \"postgresql://x\"\n".utf8).write(
        to: directory.url.appendingPathComponent("cdc.toml"))
      let outcome = try await CdcCommand.run(["run", "--mode", "cdc"], in: directory)
      expectRefusal(outcome, status: 2, saying: ["cdc.toml", "sauce"])
    }
  }

  @Test func saysThatTheServerCannotBeReached() async throws {
    try await withTemporaryDirectory { directory in
      let outcome = try await CdcCommand.run(
        ["status", "--source", "postgresql://u:topsecret@127.0.0.1:1/none"], in: directory)
      expectRefusal(outcome, status: 1, saying: ["127.0.0.1"])
      #expect(!outcome.errorOutput.contains("topsecret"))
    }
  }

  @Test func saysThatCaptureNeedsAFullLoadFirst() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      expectRefusal(try await run.cdc(["run", "--mode", "cdc"]), status: 1, saying: ["full_load"])
    }
  }

  @Test func saysThatTheSlotIsGone() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      try await run.database.psql(
        """
        SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database =
          current_database()
        """)
      expectRefusal(try await run.cdc(["run", "--mode", "cdc"]), status: 1, saying: ["slot", "full_load"])
    }
  }

  @Test func saysThatTheSlotIsInUse() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      let other = try CdcCommand.command(["run", "--mode", "cdc", "--continuous"] + run.flags, in: run.lake)
        .start()
      let isActive = try await eventually {
        try await run.database.psql(
          """
          SELECT count(*) FROM pg_replication_slots WHERE active AND database = current_database()
          """) == "1"
      }
      #expect(isActive)
      expectRefusal(try await run.cdc(["run", "--mode", "cdc"]), status: 1, saying: ["in use", run.name])

      // A copy of the lake has no runner, but the slot has.
      let copy = try TemporaryDirectory()
      _ = try await Command("cp", ["-r", run.lake.path + "/.", copy.path]).output()
      // With nothing to read it would be done without asking for the slot.
      try await run.database.psql("INSERT INTO t VALUES (1)")
      let outcome = try await EndToEnd(database: run.database, lake: copy).cdc(["run", "--mode", "cdc"])
      other.signal(SIGTERM)
      _ = try await other.outcome()
      expectRefusal(outcome, status: 1, saying: ["slot"])
    }
  }

  @Test func saysThatWalLevelIsNotLogical() async throws {
    let server = try await PostgresServer.start(settings: ["wal_level": "replica"])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let outcome = try await run.cdc(["run", "--mode", "full_load"])
      #expect([1, 2].contains(outcome.status))
      expectRefusal(outcome, status: outcome.status, saying: ["wal_level", "logical"])
    }
  }

  @Test func saysThatNoTableFits() async throws {
    try await withEndToEnd { run in
      let outcome = try await run.cdc(["run", "--mode", "full_load", "--tables", "nowhere.*"])
      #expect([1, 2].contains(outcome.status))
      expectRefusal(outcome, status: outcome.status, saying: ["nowhere.*"])
    }
  }

  @Test func saysThatATableWithoutAKeyCannotBeMerged() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE keyless (v int)")
      let outcome = try await run.cdc(["run", "--mode", "full_load", "--write", "merge"])
      #expect([1, 2].contains(outcome.status))
      expectRefusal(outcome, status: outcome.status, saying: ["keyless", "key"])
    }
  }
}
