/// Keys that the settings name: unlike a primary key, they may have rows without a value.
import CDCCore
import TestSupport
import Testing

@Suite struct HintedKeyTests {
  private static let setup = """
    CREATE TABLE t (id int, code text UNIQUE, v text); ALTER TABLE t REPLICA IDENTITY FULL; INSERT INTO t VALUES (1, 'a', 'x'), (2, 'b', 'y')

    """

  private static let resources = ResourceList([Resource("t", hints: ResourceHints(primaryKey: ["code"]))])

  @Test func areFollowedAsLongAsEveryRowHasAValue() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.setup)
      try await run.pipeline(Self.resources).fullLoad()
      try await run.database.psql(
        "UPDATE t SET code = 'c' WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (3, 'a', 'z')"
      )
      try await run.pipeline(Self.resources).capture()
      try await run.expectEqual("t")
      try await run.database.psql("INSERT INTO t VALUES (4, NULL, 'w')")
      let error = await #expect(throws: CDCError.self) {
        try await run.pipeline(Self.resources).capture()
      }
      #expect(error?.column == "code")
    }
  }

  /// The row could be neither found nor removed once it has a value.
  @Test func ofARowThatHasNoValueStopTheLoad() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.setup + "; INSERT INTO t VALUES (5, NULL, 'q')")
      let error = await #expect(throws: CDCError.self) {
        try await run.pipeline(Self.resources).fullLoad()
      }
      #expect(error?.code == .valueOutOfRange && error?.column == "code", "\(String(describing: error))")
    }
  }
}
