/// What `_cdc_schema` says about the shapes of tables, and when.
import CDCCore
import TestSupport
import Testing

@Suite struct SchemaLogTests {
  /// A version begins where its first change stands: behind all changes in the shape before it.
  @Test func everyVersionStandsAtItsPosition() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'a')")
      var bounds = ["0/0"]
      func mark() async throws { bounds.append(try await run.database.psql("SELECT pg_current_wal_lsn()")) }
      try await run.pipeline().fullLoad()
      try await mark()
      for sql in ["ADD COLUMN b int", "RENAME b TO c", "ALTER c TYPE bigint", "DROP COLUMN c"] {
        try await run.database.psql("ALTER TABLE t \(sql); UPDATE t SET a = a || 'x'")
        try await run.pipeline().capture()
        try await mark()
      }
      let positions = try await run.texts(
        "SELECT position FROM t WHERE table_name = 't' ORDER BY sequence", path: run.lake.path("_cdc_schema"))
      #expect(positions.count == 5)
      for (index, position) in positions.enumerated() {
        let isBetween = try await run.database.psql(
          "SELECT '\(position)'::pg_lsn >= '\(bounds[index])' AND '\(position)'::pg_lsn <= '\(bounds[index + 1])'"
        )
        #expect(
          isBetween == "t",
          "version \(index) stands at \(position), not between \(bounds[index]) and \(bounds[index + 1])")
      }
      let types = try await run.texts(
        """
        SELECT concat_ws(' ', json_extract_string(columns, '$[*].sourceType')) FROM t WHERE table_name = 't' ORDER BY sequence
        """, path: run.lake.path("_cdc_schema"))
      #expect(types.last?.contains("bigint") == false && types[3].contains("bigint"))
    }
  }

  /// Also of shapes that come and go between two packages.
  @Test(arguments: Place.allCases)
  func everyVersionWithinAPackageStandsAtItsPosition(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'a'), (2, 'b')")
      try await run.pipeline().fullLoad()
      var bounds: [String] = []
      func mark() async throws { bounds.append(try await run.database.psql("SELECT pg_current_wal_lsn()")) }
      try await run.database.psql("UPDATE t SET a = 'before'")
      for sql in ["ADD COLUMN b int", "RENAME b TO c", "ADD COLUMN d text"] {
        try await mark()
        try await run.database.psql("ALTER TABLE t \(sql); UPDATE t SET a = a || 'x'")
      }
      try await mark()
      #expect(try await run.pipeline().capture().resynced.isEmpty)
      try await run.expectEqual("t")
      let log = run.dataset?.path("_cdc_schema") ?? run.lake.path("_cdc_schema")
      let order = place == .lake ? "sequence" : "version"
      let names = try await run.texts(
        "SELECT concat_ws(' ', json_extract_string(columns, '$[*].name')) FROM t WHERE table_name = 't' ORDER BY \(order)",
        path: log)
      #expect(names == ["[id, a]", "[id, a, b]", "[id, a, c]", "[id, a, c, d]"])
      let positions = try await run.texts(
        "SELECT CAST(position AS VARCHAR) FROM t WHERE table_name = 't' ORDER BY \(order)", path: log)
      for (index, position) in positions.dropFirst().enumerated() where index + 1 < bounds.count {
        let lsn = place == .lake ? "'\(position)'::pg_lsn" : "'0/0'::pg_lsn + \(position)"
        let isBetween = try await run.database.psql(
          "SELECT \(lsn) BETWEEN '\(bounds[index])'::pg_lsn AND '\(bounds[index + 1])'::pg_lsn")
        #expect(isBetween == "t", "version \(index + 1) stands at \(position), bounds are \(bounds)")
      }
    }
  }
}
