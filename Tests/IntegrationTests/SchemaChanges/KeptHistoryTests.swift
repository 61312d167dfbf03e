/// What a table has beyond the source's rows outlives a load of that table: read by duckdb.
import CDCCore
import DeltaSink
import Foundation
import TestSupport
import Testing

@Suite struct KeptHistoryTests {
  private func resources(_ columns: [String: ColumnHint] = [:]) -> ResourceList {
    func resource(_ table: String, _ disposition: WriteDisposition) -> Resource {
      Resource("public.\(table)", hints: ResourceHints(writeDisposition: disposition, columns: columns))
    }
    return ResourceList([
      resource("log", .append), resource("versions", .scd2), resource("marks", .softDelete),
      resource("events", .insertOnly),
    ])
  }

  private static let tables = ["log", "versions", "marks", "events"]

  private func onAll(_ run: EndToEnd, _ sql: String) async throws {
    for table in Self.tables { try await run.database.psql(sql.replacing("#", with: table)) }
  }

  /// The columns of all rows, null as `-`.
  private func rows(_ run: EndToEnd, _ table: String, _ columns: [String]) async throws -> [String] {
    let texts = columns.map { "coalesce(CAST(\($0) AS VARCHAR), '-')" }.joined(separator: ", ")
    return try await run.texts("SELECT concat_ws('|', \(texts)) FROM t", path: run.path(table)).sorted()
  }

  @Test(arguments: Place.allCases) func outlivesChangedColumns(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await onAll(
        run,
        """
        CREATE TABLE # (id int PRIMARY KEY, n int, price numeric(6,2), word text, gone text, other int);
        INSERT INTO # SELECT i, i, i, 'w' || i, 'g' || i, i FROM generate_series(1, 3) i;
        """)
      try await run.pipeline(resources()).fullLoad()
      try await onAll(
        run, "UPDATE # SET n = 20 WHERE id = 2; DELETE FROM # WHERE id = 3; INSERT INTO # VALUES (4, 4);")
      try await run.pipeline(resources()).capture()
      // Of an integer no date can be made.
      try await onAll(
        run,
        """
        ALTER TABLE # ALTER n TYPE text; ALTER TABLE # ALTER price TYPE numeric(12,4); ALTER TABLE # RENAME word TO called;
        ALTER TABLE # DROP gone, ADD fresh int DEFAULT 7, ALTER other TYPE date USING '2020-01-01'::date + other;
        UPDATE # SET n = 'new' WHERE id = 1;
        """)
      let report = try await run.pipeline(resources()).capture()
      #expect(Set(report.resynced.map(\.name)) == Set(Self.tables))
      try await onAll(run, "DELETE FROM # WHERE id = 4; UPDATE # SET n = 'last' WHERE id = 2;")
      try await run.pipeline(resources()).capture()

      let columns = ["id", "n", "price", "called", "fresh", "other", "gone"]
      #expect(
        try await rows(run, "log", ["_cdc_op"] + columns)
          == [
            "r|1|1|1.0000|w1|-|-|g1", "r|2|2|2.0000|w2|-|-|g2", "r|3|3|3.0000|w3|-|-|g3",
            "u|2|20|2.0000|w2|-|-|g2", "d|3|-|-|-|-|-|-", "c|4|4|-|-|-|-|-", "t|-|-|-|-|-|-|-",
            "r|1|new|1.0000|w1|7|2020-01-02|-", "r|2|20|2.0000|w2|7|2020-01-03|-", "r|4|4|-|-|7|-|-",
            "d|4|-|-|-|-|-|-", "u|2|last|2.0000|w2|7|2020-01-03|-",
          ].sorted())
      #expect(
        try await rows(run, "versions", ["_cdc_is_current"] + columns)
          == [
            "false|1|1|1.0000|w1|-|-|g1", "false|2|2|2.0000|w2|-|-|g2", "false|2|20|2.0000|w2|-|-|g2",
            "false|3|3|3.0000|w3|-|-|g3", "false|4|4|-|-|-|-|-", "true|1|new|1.0000|w1|7|2020-01-02|-",
            "false|2|20|2.0000|w2|7|2020-01-03|-", "true|2|last|2.0000|w2|7|2020-01-03|-",
            "false|4|4|-|-|7|-|-",
          ].sorted())
      #expect(
        try await rows(run, "marks", ["_cdc_deleted_at IS NULL"] + columns)
          == [
            "true|1|new|1.0000|w1|7|2020-01-02|-", "true|2|last|2.0000|w2|7|2020-01-03|-",
            "false|3|3|3.0000|w3|-|-|g3", "false|4|4|-|-|7|-|-",
          ].sorted())
      #expect(
        try await rows(run, "events", columns) == [
          "1|new|1.0000|w1|7|2020-01-02|-", "2|20|2.0000|w2|7|2020-01-03|-", "3|3|3.0000|w3|-|-|g3",
          "4|4|-|-|7|-|-",
        ])
    }
  }

  /// The values that came before the mask go too, and so do those of a column that is left out.
  @Test(arguments: Place.allCases) func keepsNothingThatIsHiddenNow(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await onAll(
        run,
        """
        CREATE TABLE # (id int PRIMARY KEY, mail text, born text);
        INSERT INTO # SELECT i, 'secret' || i, 'secret' FROM generate_series(1, 3) i;
        """)
      try await run.pipeline(resources()).fullLoad()
      try await onAll(run, "UPDATE # SET mail = 'secret20' WHERE id = 2; DELETE FROM # WHERE id = 3;")
      try await run.pipeline(resources()).capture()
      let hints = resources([
        "mail": ColumnHint(mask: .constant("hidden")), "born": ColumnHint(isIncluded: false),
      ])
      try await run.pipeline(hints).capture()
      let hidden = ["r|1|-", "r|2|-", "r|3|-", "u|2|-", "d|3|-", "t|-|-", "r|1|hidden", "r|2|hidden"]
      #expect(try await rows(run, "log", ["_cdc_op", "id", "mail"]) == hidden.sorted())
      #expect(try await rows(run, "marks", ["id", "mail"]) == ["1|hidden", "2|hidden", "3|-"])
      #expect(try await rows(run, "events", ["id", "mail"]) == ["1|hidden", "2|hidden", "3|-"])
      #expect(
        try await rows(run, "versions", ["id", "mail"])
          == ["1|-", "1|hidden", "2|-", "2|-", "2|hidden", "3|-"])
      for table in Self.tables {
        let names = try await run.held().schema(of: TableName(schema: "public", name: table))?.columns
        #expect(names?.contains { $0.name == "born" } == false)
      }
    }
  }

  @Test(arguments: [
    "DROP TABLE #; CREATE TABLE # (id int PRIMARY KEY, n int)",
    "ALTER TABLE # DROP CONSTRAINT #_pkey, ALTER n SET NOT NULL, ADD PRIMARY KEY (n)",
  ]) func beginsAnewForAnotherTableOrKey(_ sql: String) async throws {
    try await withEndToEnd { run in
      try await onAll(run, "CREATE TABLE # (id int PRIMARY KEY, n int); INSERT INTO # VALUES (1, 1), (2, 2);")
      try await run.pipeline(resources()).fullLoad()
      try await onAll(run, "DELETE FROM # WHERE id = 1;")
      try await run.pipeline(resources()).capture()
      try await onAll(run, sql + "; INSERT INTO # VALUES (9, 9);")
      try await run.pipeline(resources()).capture()
      for table in ["versions", "marks"] {
        #expect(try await rows(run, table, ["id"]) == (sql.hasPrefix("DROP") ? ["9"] : ["2", "9"]))
      }
    }
  }

  /// The log of an appended table stays in the files that it is in.
  @Test func rewritesNoFileOfALog() async throws {
    try await withEndToEnd { run in
      let table = TableName(schema: "public", name: "log")
      try await onAll(run, "CREATE TABLE # (id int PRIMARY KEY); INSERT INTO # VALUES (1);")
      try await run.pipeline(resources()).fullLoad()
      let files = try await run.files("log")
      try await run.database.psql("ALTER TABLE log ADD fresh int DEFAULT 7")
      try await run.pipeline(resources()).reload([table])
      let now = try await run.files("log")
      #expect(now.count > files.count && Set(files).isSubset(of: now))
      #expect(try await rows(run, "log", ["_cdc_op", "id", "fresh"]) == ["r|1|-", "r|1|7", "t|-|-"])
    }
  }
}

extension EndToEnd {
  /// Data files of the table as it is now.
  fileprivate func files(_ table: String) async throws -> [String] {
    let text = try await LakeReader.python(
      """
      import deltalake
      result = deltalake.DeltaTable(args[0]).file_uris()
      """, arguments: [path(table)])
    return try JSONDecoder().decode([String].self, from: Data(text.utf8))
  }
}
