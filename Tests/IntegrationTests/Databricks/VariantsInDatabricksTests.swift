/// json and jsonb as VARIANT in Databricks: every kind of change, under every disposition, read back by Spark's own functions. A lake
/// refuses them.
import CDCCore
import Foundation
import TestSupport
import Testing

@Suite struct VariantsInDatabricksTests {
  private static let dispositions: [(table: String, disposition: WriteDisposition)] = [
    ("m", .merge), ("h", .scd2), ("a", .append), ("k", .merge),
  ]

  /// - Parameter hinted: the tables with variants; also of a column that comes later.
  private static func resources(hinted: [String]) -> ResourceList {
    let hints = Dictionary(uniqueKeysWithValues: ["j", "b", "late"].map { ($0, ColumnHint(type: .variant)) })
    return ResourceList(
      dispositions.map { table, disposition in
        Resource(
          table,
          hints: ResourceHints(
            writeDisposition: disposition, columns: hinted.contains(table) ? hints : [:],
            contract: SchemaContract(dataType: .discardRow)))
      })
  }

  /// `j` and `b` are stored out of line, so an update that leaves them alone does not carry them.
  private static func setup(_ table: String) -> String {
    """
    CREATE TABLE \(table) (id int \(table == "k" ? "" : "PRIMARY KEY"), v text, j json, b jsonb);
    ALTER TABLE \(table) ALTER j SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL;
    \(table == "k" ? "ALTER TABLE k REPLICA IDENTITY FULL;" : "")
    INSERT INTO \(table) SELECT i, 'v', format('{"z" : %s.50,  "big":"%s"}', i, repeat(chr(64 + i), 5000))::json,
      jsonb_build_object('n', 12345678901234567890 + i, 'l', jsonb_build_array(i, NULL, true), 'big', repeat('x', 5000))
    FROM generate_series(1, 5) i;
    INSERT INTO \(table) VALUES (6, 'nothing', NULL, NULL), (7, 'null', 'null', 'null'), (8, 'scalar', '"\\u00fc"', '-1.5e-3');

    """
  }

  /// An appended row does not carry what its old key's rows have.
  private static func history(_ table: String) -> String {
    """
    UPDATE \(table) SET v = 'kept' WHERE id = 1; UPDATE \(table) SET b = b || '{"n": 2}' WHERE id = 2;
    UPDATE \(table) SET id = 30 \(table == "a" ? ", j = '1', b = '2'" : "") WHERE id = 3; DELETE FROM \(table) WHERE id = 4;
    INSERT INTO \(table) VALUES (9, 'new', '[1e2, {"a b": "it''s ${x}"}]', '{"deep": [[[]]]}');
    INSERT INTO \(table) VALUES (10, 'twice', '{"a": 1, "a": 2}', NULL);

    """
  }

  @Test func areLoadedAndFollowAllChanges() async throws {
    try await withEndToEnd(.databricks) { run in
      let double = try #require(run.dataset?.double)
      let place = "\(double.catalog).\(run.dataset?.schema ?? "")"
      let tables = Self.dispositions.map(\.table)
      let m = TableName(schema: "public", name: "m")
      try await run.database.psql(tables.map(Self.setup).joined())
      try await run.pipeline(Self.resources(hinted: ["h", "a", "k"])).fullLoad()

      // The hint comes later: what was text is loaded again.
      let resources = Self.resources(hinted: tables)
      #expect(try await run.pipeline(resources).capture().resynced == [m])
      try await run.database.psql(
        tables.map(Self.history).joined()
          + "ALTER TABLE m ADD COLUMN late jsonb; UPDATE m SET late = '{\"k\": [1, 2]}' WHERE id = 5")
      #expect(try await run.pipeline(resources).capture().resynced.isEmpty)

      let rows = try await double.execute(
        """
        SELECT id, coalesce(variant_get(b, '$.n', 'decimal(38,0)'), -1), schema_of_variant(j), coalesce(to_json(late), '-'),
          coalesce(length(variant_get(j, '$.big', 'string')), 0)
        FROM \(place).m ORDER BY id
        """)
      let big = "OBJECT<big: STRING, z: DECIMAL(2,1)>"
      #expect(
        rows == [
          ["1", "12345678901234567891", big, "-", "5000"], ["2", "2", big, "-", "5000"],
          ["5", "12345678901234567895", big, #"{"k":[1,2]}"#, "5000"], ["6", "-1", nil, "-", "0"],
          ["7", "-1", "VOID", "-", "0"], ["8", "-1", "STRING", "-", "0"],
          ["9", "-1", "ARRAY<VARIANT>", "-", "0"], ["30", "12345678901234567893", big, "-", "5000"],
        ], "\(rows)")
      let versions = try await double.execute(
        "SELECT count(*), count_if(_cdc_is_current), count_if(variant_get(b, '$.n', 'decimal(38,0)') = 2) FROM \(place).h"
      )
      #expect(versions == [["12", "8", "1"]], "\(versions)")
      let quarantined = try await double.execute(
        "SELECT table_name, column_name, reason FROM \(place)._cdc_quarantine ORDER BY table_name")
      let reason = "has a key twice in an object, which a VARIANT cannot hold"
      #expect(quarantined == tables.sorted().map { [$0, "j", reason] })

      // Another hand: one value that means the same, one that does not.
      try await double.execute(
        "UPDATE \(place).m SET j = parse_json(CASE id WHEN 1 THEN to_json(j) ELSE '\"u\"' END) WHERE id IN (1, 8)"
      )
      let verified = try await run.pipeline(resources).verify().tables.filter { !$0.isEqual }
      #expect(verified.map(\.table) == [m], "\(verified)")
      #expect(verified.flatMap(\.differences).map { "\($0.key) \($0.columns)" } == ["id=8 [\"j\"]"])
    }
  }

  @Test func aLakeRefusesThemBeforeAnythingIsWritten() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(Self.setup("m"))
      let hints = ResourceHints(columns: ["j": ColumnHint(type: .variant)])
      let pipeline = try run.pipeline(ResourceList([Resource("m", hints: hints)]))
      let error = await #expect(throws: CDCError.self) { try await pipeline.fullLoad() }
      #expect(error?.code == .configuration && error?.table?.name == "m" && error?.column == "j")
      #expect(!FileManager.default.fileExists(atPath: run.path("m")))

      let file = run.lake.path("cdc.toml")
      try Data("[[table]]\npattern = \"m\"\n[table.columns.j]\ntype = \"variant\"\n".utf8).write(
        to: URL(fileURLWithPath: file))
      for command in [["check"], ["run", "--mode", "full_load"]] {
        let outcome = try await CdcCommand.run(
          command + ["--source", run.database.connectionString, "--lake", run.lake.path("new")], in: run.lake)
        #expect(outcome.status == 2, "\(outcome.output)")
        #expect(outcome.errorOutput.contains("column j is to be a variant"), "\(outcome.errorOutput)")
      }
    }
  }
}
