/// What a real table becomes under the dispositions that keep more than the source does.
import CDCCore
import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// What duckdb answers over one table, known to the query as `t`: one text a row.
  fileprivate func texts(_ sql: String, table: String) async throws -> [String] {
    try await query(sql, table: table).map { row in
      try #require(JSONDecoder().decode([String].self, from: Data(row.utf8)).first)
    }
  }
}

@Suite struct DispositionTests {
  private static let history = """
    UPDATE t SET v = 'two' WHERE id = 2; UPDATE t SET v = 'twice' WHERE id = 2;
    UPDATE t SET id = 30 WHERE id = 3; DELETE FROM t WHERE id = 4;
    BEGIN; DELETE FROM t WHERE id = 5; INSERT INTO t (id, v) VALUES (5, 'back'); COMMIT;
    """

  /// `big` is stored out of line, so an update that leaves it alone does not carry it.
  private func withTable(
    _ disposition: WriteDisposition, in place: Place, _ body: (EndToEnd, ResourceList) async throws -> Void
  ) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v text, big text);
        ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
        INSERT INTO t SELECT i, 'v', repeat(chr(64 + i), 5000) FROM generate_series(1, 6) i
        """)
      let resources = ResourceList([
        Resource("public.*", hints: ResourceHints(writeDisposition: disposition))
      ])
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(Self.history)
      try await run.pipeline(resources).capture()
      try await body(run, resources)
      let report = try await run.pipeline(resources).verify()
      #expect(report.isEqual, "\(report)")
    }
  }

  @Test(arguments: Place.allCases)
  func softDeleteKeepsRemovedRowsWithTheTimeOfTheirDelete(_ place: Place) async throws {
    try await withTable(.softDelete, in: place) { run, resources in
      let sql = """
        SELECT format('{} {} {} {}', id, v, coalesce(substr(big, 1, 1), '-'), _cdc_deleted_at IS NOT NULL) FROM t ORDER BY id
        """
      let rows = try await run.texts(sql, table: "t")
      #expect(
        rows == [
          "1 v A false", "2 twice B false", "3 v C true", "4 v D true", "5 back - false", "6 v F false",
          "30 v C false",
        ])
      try await run.database.psql("TRUNCATE t; INSERT INTO t VALUES (1, 'again', 'Z')")
      try await run.pipeline(resources).capture()
      let alive = "SELECT format('{} {}', id, big) FROM t WHERE _cdc_deleted_at IS NULL"
      #expect(try await run.texts(alive, table: "t") == ["1 Z"])
      #expect(try await run.texts("SELECT count(*)::text FROM t", table: "t") == ["7"])
    }
  }

  @Test(arguments: Place.allCases)
  func scd2KeepsEveryVersionWithItsTimes(_ place: Place) async throws {
    try await withTable(.scd2, in: place) { run, resources in
      let sql = """
        SELECT format('{} {} {} {}', id, v, coalesce(substr(big, 1, 1), '-'), _cdc_is_current) FROM t
        ORDER BY id, _cdc_valid_from, _cdc_valid_to NULLS LAST
        """
      let rows = try await run.texts(sql, table: "t")
      #expect(
        rows == [
          "1 v A true", "2 v B false", "2 two B false", "2 twice B true", "3 v C false", "4 v D false",
          "5 v E false", "5 back - true", "6 v F true", "30 v C true",
        ])
      let gaps = """
        SELECT count(*)::text FROM (
          SELECT _cdc_valid_to AS ended, lead(_cdc_valid_from) OVER (PARTITION BY id ORDER BY _cdc_valid_from) AS next
          FROM t) WHERE ended IS DISTINCT FROM next AND next IS NOT NULL
        """
      #expect(try await run.texts(gaps, table: "t") == ["0"])
      try await run.database.psql("TRUNCATE t")
      try await run.pipeline(resources).capture()
      #expect(
        try await run.texts("SELECT count(*)::text FROM t WHERE _cdc_is_current", table: "t") == ["0"])
    }
  }

  @Test(arguments: Place.allCases)
  func insertOnlyTakesNothingButInserts(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')")
      let resources = ResourceList([
        Resource("public.*", hints: ResourceHints(writeDisposition: .insertOnly))
      ])
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        "INSERT INTO t VALUES (2, 'b'); UPDATE t SET v = 'changed'; DELETE FROM t WHERE id = 1; TRUNCATE t")
      try await run.pipeline(resources).capture()
      let rows = try await run.texts("SELECT format('{} {}', id, v) FROM t ORDER BY id", table: "t")
      #expect(rows == ["1 a", "2 b"])
    }
  }
}
