import CDCCore
import TestSupport
import Testing

/// Two destinations whose pipelines have one name share a slot: a load of one makes it anew, and tears a gap into the other.
struct SharedNameTests {
  @Test func aLakeWhoseSlotAnotherMadeAnewIsToldThatChangesAreMissing() async throws {
    try await withEndToEnd { first in
      try await first.database.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
      try await first.pipeline().fullLoad()
      try await first.database.psql("INSERT INTO t VALUES (2)")
      let second = EndToEnd(database: first.database, lake: try TemporaryDirectory())
      try await second.pipeline().fullLoad()
      try await first.database.psql("INSERT INTO t VALUES (3)")
      let error = await #expect(throws: CDCError.self) { try await first.pipeline().capture() }
      #expect(error?.code == .positionLost)
      #expect(error?.message.contains("different names") == true)

      try await second.pipeline().capture()
      try await second.expectEqual("t")
      try await first.pipeline().fullLoad()
      try await first.pipeline().capture()
      try await first.expectEqual("t")
    }
  }
}
