/// `cdc run --mode full_load --tables …` beside the run that has the pipeline: those tables are loaded, by that run, and the others
/// go on.
import CDCCore
import DeltaSink
import Foundation
import TestSupport
import Testing

@Suite struct ReloadCommandTests {
  private static let three = ["a", "b", "c"].map {
    """
    CREATE TABLE \($0) (id bigint PRIMARY KEY, v bigint);
    INSERT INTO \($0) SELECT i, 0 FROM generate_series(1, 20000) i;
    """
  }.joined()

  /// Runs without end while `body` does.
  private func whileCapturing(
    _ run: EndToEnd, _ arguments: [String] = [], endsBy signal: Int32 = SIGTERM,
    _ body: () async throws -> Void
  ) async throws -> Command.Outcome {
    let capture = try CdcCommand.command(
      ["run", "--mode", "cdc", "--continuous"] + arguments + run.flags, in: run.lake,
      environment: (run.dataset?.environment ?? [:])
        .merging(["CDC_PACKAGE_SECONDS": "0", "CDC_PACKAGE_ROWS": "5000"]) { $1 }
    ).start()
    do {
      try await run.database.psql("UPDATE a SET v = -1 WHERE id = 1")
      #expect(
        try await eventually { try await run.query("SELECT v FROM t WHERE id = 1", table: "a") == ["[-1]"] })
      try await body()
    } catch {
      capture.signal(SIGKILL)
      _ = try await capture.outcome()
      throw error
    }
    capture.signal(signal)
    return try await capture.outcome()
  }

  private func loads(_ run: EndToEnd, _ name: String) async throws -> Int {
    try await run.destination().history(of: TableName(schema: "public", name: name), limit: 10_000).count {
      $0.operation == "WRITE"
    }
  }

  @Test func loadsTablesOfARunWithoutEndWhileOthersGoOn() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.three)
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      let writers =
        [Writer(run.database, number: 0, table: "a"), Writer(run.database, number: 1, table: "b")]
        + [Writer(run.database, number: 2, table: "c")]
      let outcome = try await whileCapturing(run) {
        for tables in [["public.a", "public.b"], ["public.a"]] {
          let told = try await run.cdcSucceeds(
            ["run", "--mode", "full_load", "--json", "--tables", tables.joined(separator: ",")])
          for table in ["public.a", "public.b", "public.c"] {
            #expect(told.contains(table) == tables.contains(table), "\(told)")
          }
        }
      }
      #expect(outcome.status == 0, "\(outcome.errorOutput)")
      #expect(outcome.errorOutput.contains("Loading table public.a: it was asked for."))
      for writer in writers { try await writer.stop() }
      try await run.cdcSucceeds(["run", "--mode", "cdc"])
      for name in ["a", "b", "c"] { try await run.expectEqual(name) }
      #expect(try await [loads(run, "a"), loads(run, "b"), loads(run, "c")] == [3, 2, 1])
    }
  }

  /// The command does not take the pipeline over, as it does where nobody runs it or the run has died.
  @Test func leavesARunWithoutEndAtItsWorkOnDatabricks() async throws {
    try await withEndToEnd(.databricks) { run in
      try await run.database.psql(Self.three)
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      let load = ["run", "--mode", "full_load", "--tables", "public.b"]
      let outcome = try await whileCapturing(run) {
        try await run.database.psql("UPDATE b SET v = 5 WHERE id < 100")
        #expect(try await run.cdcSucceeds(load + ["--json"]).contains("public.b"))
        try await run.database.psql("UPDATE a SET v = -1 WHERE id = 2")
        #expect(
          try await eventually { try await run.query("SELECT v FROM t WHERE id = 2", table: "a") == ["[-1]"] }
        )
      }
      #expect(outcome.status == 0, "\(outcome.errorOutput)")
      #expect(outcome.errorOutput.contains("Loading table public.b: it was asked for."))
      for name in ["a", "b"] { try await run.expectEqual(name) }
      let asked = try await whileCapturing(run, endsBy: SIGKILL) {}
      #expect(asked.status != 0)
      try await run.database.psql("UPDATE b SET v = 6 WHERE id < 100")
      try await run.cdcSucceeds(load)
      try await run.expectEqual("b")
    }
  }

  /// A table that the run does not copy is refused.
  @Test func aRequestThatCannotBeServedLeavesTheRunAsItIs() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.three + "CREATE TABLE other (id int PRIMARY KEY)")
      let listed = ["--tables", "public.a,public.b,public.c"]
      try await run.cdcSucceeds(["run", "--mode", "full_load"] + listed)
      let outcome = try await whileCapturing(run, listed) {
        let refused = try await run.cdc(["run", "--mode", "full_load", "--tables", "public.other"])
        #expect(
          refused.status == 2 && refused.errorOutput.contains("does not copy the table"),
          "\(refused.errorOutput)")
        try await run.cdcSucceeds(["run", "--mode", "full_load", "--tables", "public.b"])
      }
      #expect(outcome.status == 0, "\(outcome.errorOutput)")
      #expect(try await [loads(run, "a"), loads(run, "b"), loads(run, "c")] == [1, 2, 1])
      for name in ["a", "b", "c"] { try await run.expectEqual(name) }
    }
  }

  /// A process that dies takes its requests with it, and a run that ends by itself is waited for.
  @Test func waitsForARunThatEnds() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.three)
      try await run.cdcSucceeds(["run", "--mode", "full_load"])
      var holder: LocalDeltaDestination? = run.destination()
      _ = try await holder?.open(pipeline: run.name)
      func waiting() async throws -> Int {
        try await run.destination().loadRequests(pipeline: run.name).count
      }
      let arguments = ["run", "--mode", "full_load", "--tables", "public.b"] + run.flags
      let killed = try CdcCommand.command(arguments, in: run.lake).start()
      #expect(try await eventually { try await waiting() == 1 })
      killed.signal(SIGKILL)
      _ = try await killed.outcome()
      #expect(try await waiting() == 0)
      let load = try CdcCommand.command(arguments, in: run.lake).start()
      #expect(try await eventually { try await waiting() == 1 })
      #expect(try await loads(run, "b") == 1)
      withExtendedLifetime(holder) { holder = nil }
      let outcome = try await load.outcome()
      #expect(outcome.status == 0, "\(outcome.errorOutput)")
      #expect(try await loads(run, "b") == 2)
      #expect(try await waiting() == 0)
    }
  }
}
