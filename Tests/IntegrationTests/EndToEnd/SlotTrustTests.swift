/// A slot, a log and a checkpoint that do not belong together: changes are missing, and the run must say so.
import CDCCore
import DeltaSink
import Foundation
import PGWire
import TestSupport
import Testing

@Suite struct SlotTrustTests {
  /// A day of changes lies between yesterday's copy of the lake and what its slot still has.
  @Test func aLakeRestoredFromABackupIsToldThatChangesAreMissing() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
      try await run.pipeline().fullLoad()
      try await withTemporaryDirectory { backup in
        let files = FileManager.default
        try files.copyItem(atPath: run.lake.path, toPath: backup.path("lake"))
        try await run.database.psql("INSERT INTO t VALUES (2)")
        try await run.pipeline().capture()
        try await run.database.psql("INSERT INTO t VALUES (3)")
        try files.removeItem(atPath: run.lake.path)
        try files.copyItem(atPath: backup.path("lake"), toPath: run.lake.path)
      }
      try await run.expectPositionLost(saying: "--mode full_load")
      try await run.expectGoesOnAfterAFullLoad()
    }
  }

  /// Two lakes whose pipelines have one name, each loaded beside the slot that the other reads from.
  @Test func aSlotThatAnotherLakeHasReadFromIsToldToBoth() async throws {
    try await withEndToEnd { first in
      try await first.database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
      try await first.pipeline().fullLoad()
      let second = EndToEnd(database: first.database, lake: try TemporaryDirectory())
      try await second.pipeline().fullLoad()
      try await first.pipeline().fullLoad()
      for (number, runs) in [(first, second), (second, first)].enumerated() {
        try await first.database.psql("INSERT INTO t VALUES (\(number * 10 + 2))")
        do { try await runs.0.pipeline().capture() } catch let error as CDCError {
          #expect(error.code == .positionLost)
          try await runs.0.pipeline().fullLoad()
          try await first.database.psql("INSERT INTO t VALUES (\(number * 10 + 3))")
          try await runs.0.pipeline().capture()
        }
        try await runs.0.expectEqual("t")
        try await runs.1.expectPositionLost(saying: "different names")
      }
    }
  }

  @Test func aSlotThatWasMadeAnewByHandIsNotTakenForTheOldOne() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
      try await run.pipeline().fullLoad()
      let slot = try run.source().slotName
      try await run.database.psql(
        "INSERT INTO t VALUES (2); SELECT pg_drop_replication_slot('\(slot)'); "
          + "SELECT pg_create_logical_replication_slot('\(slot)', 'pgoutput'); INSERT INTO t VALUES (3)")
      try await run.expectPositionLost(saying: "--mode full_load")
      try await run.expectGoesOnAfterAFullLoad()
    }
  }

  /// The server was set back to a state before the checkpoint, its slot with it.
  @Test func aLogThatEndsBeforeTheCheckpointIsNoticed() async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
      try await run.pipeline().fullLoad()
      try await run.advanceCheckpoint(by: 1 << 40)
      try await run.database.psql("INSERT INTO t VALUES (2)")
      try await run.expectPositionLost(saying: "ends before")
      try await run.expectGoesOnAfterAFullLoad()
    }
  }

  /// What was applied is confirmed when the run is over: not one run later.
  @Test(arguments: [1, 3])
  func aRunThatIsOverHasConfirmedItsLastPackage(packages: Int) async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.pipeline().fullLoad()
      for package in 0..<packages {
        try await run.database.psql(
          "INSERT INTO t SELECT generate_series(\(package * 10), \(package * 10 + 9))")
      }
      let report = try await run.pipeline(limits: BatchLimits(rows: 10)).capture()
      #expect(report.packages == packages)
      let slot = try await run.source().status()
      #expect(slot?.confirmedPosition == report.position)
    }
  }

  /// A server that is asked to stop waits until each reader has confirmed all that was sent, or is gone.
  @Test func anIdleStreamLetsItsServerStop() async throws {
    let server = try await PostgresServer.start()
    try await withEndToEnd(server: server) { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY)")
      try await run.pipeline().fullLoad()
      let capture = Task { try await run.pipeline().capture(until: .never) }
      let isRead = try await eventually { try await run.source().status()?.isActive == true }
      #expect(isRead)
      try await run.database.psql(
        "CREATE SCHEMA other; CREATE TABLE other.noise AS SELECT generate_series(1, 1000)")
      let start = ContinuousClock.now
      try await server.stop()
      #expect(.now - start < .seconds(30))
      try await server.start()
      try await run.database.psql("INSERT INTO t VALUES (1)")
      let arrives = try await eventually {
        try await run.query("SELECT count(*)::int FROM t", table: "t") == ["[1]"]
      }
      #expect(arrives)
      capture.cancel()
      _ = await capture.result
    }
  }
}

extension EndToEnd {
  fileprivate func expectPositionLost(
    saying words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let error = await #expect(throws: CDCError.self, sourceLocation: sourceLocation) {
      try await pipeline().capture()
    }
    #expect(error?.code == .positionLost, sourceLocation: sourceLocation)
    #expect(error?.message.contains(words) == true, sourceLocation: sourceLocation)
  }

  fileprivate func expectGoesOnAfterAFullLoad() async throws {
    try await pipeline().fullLoad()
    try await database.psql("INSERT INTO t VALUES (1000)")
    try await pipeline().capture()
    try await expectEqual("t")
  }

  /// As if the destination had been brought further than the log reaches.
  fileprivate func advanceCheckpoint(by bytes: UInt64) async throws {
    let lake = destination()
    var checkpoint = try #require(try await lake.open(pipeline: name))
    checkpoint.position = LSN(checkpoint.position.rawValue + bytes)
    try await lake.record(checkpoint)
  }
}
