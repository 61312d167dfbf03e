/// Values near the server's own limit of 1 GB. They take some 4 GB of memory for a minute.
import CDCCore
import Foundation
import TestSupport
import Testing

@Suite(.serialized)
struct LargeValueTests {
  private func length(_ run: EndToEnd) async throws -> [String] {
    try await run.query(
      "SELECT format('{} {} {}', id, strlen(v), md5(v) = md5(repeat('x', strlen(v)))) FROM t ORDER BY id",
      table: "t")
  }

  @Test("A text of 900 MB is carried by load and stream", arguments: [true, false])
  func carried(_ binary: Bool) async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v text);" + (binary ? "" : "ALTER TABLE t ADD COLUMN q tsquery;")
          + "INSERT INTO t VALUES (1, repeat('x', 900000000))")
      try await run.pipeline().fullLoad()
      try await run.database.psql("INSERT INTO t SELECT 2, v FROM t")
      try await run.pipeline().capture()
      #expect(try await length(run) == ["[\"1 900000000 true\"]", "[\"2 900000000 true\"]"])
    }
  }

  @Test(
    "A row that the server cannot send is an error that says why, by load and by stream",
    arguments: [true, false])
  func refused(_ isStream: Bool) async throws {
    try await withEndToEnd { run in
      try await run.database.psql("CREATE TABLE t (id int PRIMARY KEY, v text, w text)")
      if isStream { try await run.pipeline().fullLoad() }
      // Each value on its own first: the server could not make such a row of two fresh ones.
      try await run.database.psql(
        """
        INSERT INTO t VALUES (1, repeat('x', 600000000)), (2, repeat('y', 600000000));
        INSERT INTO t SELECT 3, a.v, b.v FROM t a, t b WHERE (a.id, b.id) = (1, 2)
        """)
      let error = await #expect(throws: CDCError.self) {
        if isStream { try await run.pipeline().capture() } else { try await run.pipeline().fullLoad() }
      }
      #expect(error?.message.contains("1 GB") == true, "\(String(describing: error))")
      #expect(error?.isRetryable == false)
    }
  }
}
