/// Types that change while a stream runs: enums get labels, composites get and lose attributes.
import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Types that change")
struct ChangingTypeTests {
  private func source(_ database: TestDatabase) throws -> PostgresSource {
    try PostgresSource(connection: database.connectionString, pipeline: "types_\(database.name)")
  }

  @Test("A label added to an enum while streaming arrives", arguments: [true, false])
  func enumLabel(_ binary: Bool) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(
        "CREATE TYPE mood AS ENUM ('glad'); CREATE TABLE t (id int PRIMARY KEY, v mood, l mood[]);"
          + (binary ? "" : "ALTER TABLE t ADD COLUMN q tsquery;")
          + "INSERT INTO t VALUES (1, 'glad', '{glad}')")
      let source = try source(database)
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql(
        "INSERT INTO t VALUES (2, 'glad'); ALTER TYPE mood ADD VALUE 'sad' BEFORE 'glad';"
          + "INSERT INTO t VALUES (3, 'sad', '{sad,glad}'); ALTER TYPE mood RENAME VALUE 'glad' TO 'merry'; INSERT INTO t VALUES (4, 'merry')"
      )
      try await source.drain(into: replica, from: position)
      let found = (1...4).map { replica.table("t")[[.integer($0)]]?["v"]?.string }
      // The log of row 2 is decoded with the label that it had then.
      #expect(found == ["glad", "glad", "sad", "merry"])
      #expect(replica.table("t")[[.integer(3)]]?["l"] == .list([text("sad"), text("glad")]))
    }
  }

  @Test(
    "A composite with other attributes than were known stops the run, and the next goes on from there",
    arguments: ["ADD ATTRIBUTE c int", "DROP ATTRIBUTE b"], [true, false])
  func alteredComposite(_ change: String, _ binary: Bool) async throws {
    try await PostgresServer.shared().withDatabase { database in
      try await database.psql(
        "CREATE TYPE pair AS (a int, b text); CREATE TABLE t (id int PRIMARY KEY, v pair);"
          + (binary ? "" : "ALTER TABLE t ADD COLUMN q tsquery;") + "INSERT INTO t VALUES (1, ROW(1, 'x'))")
      let source = try source(database)
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql("INSERT INTO t VALUES (2, ROW(2, 'y'))")
      let before = try await source.drain(into: replica, from: position)
      #expect(replica.table("t")[[.integer(2)]]?["v"] == .structure([.integer(2), text("y")]))
      // Reading goes on with what was known; the type changes under it.
      let stream = Task { () -> CDCError? in
        do {
          try await source.changes(from: before, limits: BatchLimits(rows: 1), until: .never) {
            replica.apply($0)
          }
          return nil
        } catch let error as CDCError { return error }
      }
      try await database.psql("INSERT INTO t VALUES (3, ROW(3, 'z'))")
      for _ in 0..<500 where replica.table("t")[[.integer(3)]] == nil {
        try await Task.sleep(for: .milliseconds(20))
      }
      let end = try await source.currentPosition()
      try await database.psql(
        "ALTER TYPE pair \(change); INSERT INTO t (id, v) SELECT 4, v FROM t WHERE id = 1")
      let error = try await stream.value
      #expect(error?.code == .schemaContract)
      #expect(error?.column == "v")
      #expect(error?.key == "id 4")
      #expect(replica.table("t")[[.integer(4)]] == nil)
      try await source.drain(into: replica, from: end)
      #expect(
        replica.table("t")[[.integer(4)]]?["v"]
          == .structure(change.hasPrefix("ADD") ? [.integer(1), text("x"), .null] : [.integer(1)]))
    }
  }
}
