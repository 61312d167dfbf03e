/// Slots that the server gives up, or whose log is gone: the next run says why, and a full load begins anew.
import CDCCore
import Foundation
import PGWire
import Synchronization
import TestSupport
import Testing

@Suite struct SlotLossTests {
  private static let table =
    "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100)"

  private func captureFails(_ run: EndToEnd, naming words: String) async throws {
    let error = await #expect(throws: CDCError.self) { try await run.pipeline().capture() }
    #expect(error?.code == .positionLost)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("cdc run --mode full_load") == true)
    #expect(error?.isRetryable == false)
  }

  private func isWholeAgain(_ run: EndToEnd) async throws {
    try await run.pipeline().fullLoad()
    try await run.database.psql("INSERT INTO t SELECT max(id) + 1 FROM t; DELETE FROM t WHERE id = 1")
    try await run.pipeline().capture()
    try await run.expectEqual("t")
  }

  private func finding(_ name: String, _ run: EndToEnd) async throws -> CheckFinding? {
    let found = Mutex<[CheckFinding]>([])
    await (try run.source()).findings { finding in found.withLock { $0.append(finding) } }
    return found.withLock { $0.first { $0.name == name } }
  }

  /// PostgreSQL names the reason from 17 on; before there was one reason only.
  @Test func aSlotThatHeldBackTooMuchLogIsNamedWithTheSetting() async throws {
    let server = try await PostgresServer.start(settings: ["max_slot_wal_keep_size": "16MB"])
    try await withEndToEnd(server: server) { run in
      try await run.database.psql(Self.table)
      try await run.pipeline().fullLoad()
      #expect(try await run.source().status()?.isLost == false)
      #expect(try await finding("slot limits", run)?.detail == "max_slot_wal_keep_size = 16MB")
      for id in 201...205 {
        try await run.database.psql("INSERT INTO t VALUES (\(id)); SELECT pg_switch_wal()")
      }
      try await run.database.psql("CHECKPOINT")
      let slot = try #require(try await run.source().status())
      #expect(slot.isLost && slot.walStatus == "lost")
      #expect(slot.invalidation == (try await server.major >= 17 ? "wal_removed" : nil))
      try await captureFails(run, naming: "max_slot_wal_keep_size")
      let found = try #require(try await finding("slots", run))
      #expect(found.outcome == .failed && found.advice?.contains("max_slot_wal_keep_size") == true)
      try await isWholeAgain(run)
    }
  }

  /// PostgreSQL 18 gives up slots that nobody reads; earlier ones have no such setting.
  @Test func aSlotThatNobodyReadForTooLongIsNamedWithTheSetting() async throws {
    let server = try await PostgresServer.start()
    try await withEndToEnd(server: server) { run in
      try await run.database.psql(Self.table)
      try await run.pipeline().fullLoad()
      let set = "ALTER SYSTEM SET idle_replication_slot_timeout = '1s'"
      guard try await server.major >= 18 else {
        await #expect(throws: Command.Failure.self) { try await run.database.psql(set) }
        #expect(try await finding("slot limits", run) == nil)
        return
      }
      try await run.database.psql("\(set); SELECT pg_reload_conf()")
      try await Task.sleep(for: .seconds(2))
      try await run.database.psql("CHECKPOINT")
      #expect(try await finding("slot limits", run)?.detail == "idle_replication_slot_timeout = 1s")
      #expect(try await run.source().status()?.invalidation == "idle_timeout")
      try await captureFails(run, naming: "idle_replication_slot_timeout")
      try await run.database.psql("ALTER SYSTEM RESET idle_replication_slot_timeout; SELECT pg_reload_conf()")
      try await isWholeAgain(run)
    }
  }

  /// A server has races in which it removes log under a slot without giving the slot up.
  @Test func logThatIsGoneIsALostPosition() async throws {
    let server = try await PostgresServer.start()
    try await withEndToEnd(server: server) { run in
      try await run.database.psql(Self.table)
      try await run.pipeline().fullLoad()
      let segment = try await run.database.psql(
        "SELECT pg_walfile_name(restart_lsn) FROM pg_replication_slots")
      for id in 201...203 {
        try await run.database.psql("INSERT INTO t VALUES (\(id)); SELECT pg_switch_wal()")
      }
      try await run.database.psql("CHECKPOINT")
      try FileManager.default.removeItem(atPath: "\(server.dataDirectory)/pg_wal/\(segment)")
      try await captureFails(run, naming: "of no more use")
      // To the server the slot looks well: a load would go on from it.
      try await run.database.psql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
      try await isWholeAgain(run)
    }
  }
}
