/// From PostgreSQL 18 on NOT NULL may hold for new rows only: older ones may well be null.
import CDCCore
import TestSupport
import Testing

@Suite struct NotNullTests {
  @Test func aConstraintThatIsNotValidatedAllowsTheNullsThatAreThere() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, NULL), (2, 'b')")
      let constraint = "ALTER TABLE t ADD CONSTRAINT v_there NOT NULL v NOT VALID"
      guard try await run.database.server.major >= 18 else {
        await #expect(throws: Command.Failure.self) { try await run.database.psql(constraint) }
        return
      }
      try await run.database.psql(constraint)
      try await run.pipeline().fullLoad()
      try await run.expectEqual("t")
      try await run.database.psql("INSERT INTO t VALUES (3, 'c'); DELETE FROM t WHERE id = 2")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      // Validated, it is one like any other.
      try await run.database.psql(
        """
        UPDATE t SET v = 'a' WHERE v IS NULL; ALTER TABLE t VALIDATE CONSTRAINT v_there; INSERT INTO t VALUES (4, 'd')
        """)
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }

  /// While the pipeline runs, between changes.
  @Test func comesAndGoesWhileStreaming() async throws {
    try await withEndToEnd { run in
      let major = try await run.database.server.major
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, NULL), (2, 'b')")
      try await run.pipeline().fullLoad()
      let set =
        major >= 18
        ? "ALTER TABLE t ADD CONSTRAINT v_there NOT NULL v NOT VALID"
        : "UPDATE t SET v = 'a' WHERE id = 1; ALTER TABLE t ALTER v SET NOT NULL"
      try await run.database.psql("\(set); INSERT INTO t VALUES (3, 'c')")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
      try await run.database.psql("ALTER TABLE t ALTER v DROP NOT NULL; INSERT INTO t VALUES (4, NULL)")
      try await run.pipeline().capture()
      try await run.expectEqual("t")
    }
  }
}
