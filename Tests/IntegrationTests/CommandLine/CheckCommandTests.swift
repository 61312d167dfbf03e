/// `cdc check` and `cdc init` as a user runs them.
import Foundation
import TestSupport
import Testing

@Suite struct CheckCommandTests {
  @Test func findsAllInOrderAndLeavesNoTrace() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let lake = run.lake.path("new")
      let outcome = try await run.cdc(["check", "--lake", lake])
      #expect(outcome.status == 0, "\(outcome.output)\(outcome.errorOutput)")
      #expect(outcome.output.contains("all is there for a run"))
      #expect(!FileManager.default.fileExists(atPath: lake))
      #expect(try await run.database.psql("SELECT count(*) FROM pg_publication") == "0")
    }
  }

  @Test func endsWithThreeAndSaysWhatToDo() async throws {
    let server = try await PostgresServer.start(settings: ["wal_level": "replica"])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let outcome = try await run.cdc(["check", "--json"])
      #expect(outcome.status == 3)
      struct Answer: Decodable {
        struct Finding: Decodable {
          var name: String
          var outcome: String
          var statements: [String]
        }
        var isOk: Bool
        var findings: [Finding]
      }
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let answer = try decoder.decode(Answer.self, from: Data(outcome.output.utf8))
      #expect(!answer.isOk)
      let failed = answer.findings.filter { $0.outcome == "failed" }
      #expect(failed.map(\.name) == ["wal_level"])
      #expect(failed.first?.statements == ["ALTER SYSTEM SET wal_level = logical;"])
    }
  }

  @Test func initWritesAFileThatWorksAndNeverReplacesOne() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      let first = try await CdcCommand.run(["init"], in: run.lake)
      #expect(first.status == 0, "\(first.errorOutput)")
      #expect(try await run.cdc(["check"]).status == 0)
      // Each line is a setting that exists: without its comment sign the file is still read.
      let path = run.lake.path("cdc.toml")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let bare = text.split(separator: "\n").map { line in
        line.hasPrefix("# ") && (line.contains(" = ") || line.contains("[")) && !line.contains("# Which")
          ? line.dropFirst(2) : line
      }.joined(separator: "\n")
      let second = try await CdcCommand.run(["init"], in: run.lake)
      #expect(second.status == 2 && second.errorOutput.contains("already"))
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
      try Data(bare.utf8).write(to: URL(fileURLWithPath: path))
      let all = try await CdcCommand.run(
        ["check", "--destination", "lake"] + run.flags, in: run.lake, environment: ["MY_SALT": "pepper"])
      #expect(!all.errorOutput.contains("cdc.toml"), "\(all.errorOutput)")
    }
  }
}

@Suite struct PlanCommandTests {
  @Test func tellsWhatALakeWouldSeeAndTouchesNothing() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); CREATE TABLE log (v int)")
      let first = try await run.cdcSucceeds(["plan"])
      #expect(first.contains("public.t") && first.contains("is made"), "\(first)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: run.lake.path).isEmpty)
      #expect(try await run.database.psql("SELECT count(*) FROM pg_publication") == "0")
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      try await run.database.psql("ALTER TABLE t ADD COLUMN extra text")
      let second = try await run.cdcSucceeds(["plan"])
      for word in ["merged by id", "1 row", "column extra is new", "every change becomes a row"] {
        #expect(second.contains(word), "\(second)")
      }
      try await run.database.psql(
        "ALTER TABLE t RENAME extra TO spare; CREATE TABLE wide (id int PRIMARY KEY); ALTER TABLE log ALTER v TYPE bigint"
      )
      let third = try await run.cdcSucceeds(["plan"])
      for words in [
        "column spare is new", "is loaded, because it is new",
        "is loaded again, because the type of column v is bigint now, and was integer",
      ] {
        #expect(third.contains(words), "\(third)")
      }
      let refused = try await CdcCommand.run(
        [
          "plan", "--mode", "cdc", "--source", run.database.connectionString, "--lake", run.lake.path("none"),
        ],
        in: run.lake)
      #expect(refused.status == 1 && refused.errorOutput.contains("full_load"))
    }
  }
}
