/// Columns and tables that come while a pipeline runs, where the contract does not let them in.
import CDCCore
import DeltaSink
import TestSupport
import Testing

@Suite struct NewColumnTests {
  private static let create = """
    CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'v' FROM generate_series(1, 5) i;
    CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (1);
    """

  private func resources(_ contract: SchemaContract, named: [String] = []) -> ResourceList {
    ResourceList(
      named.map { Resource($0) } + [Resource("public.*", hints: ResourceHints(contract: contract))])
  }

  private func columns(_ run: EndToEnd) async throws -> [String] {
    try await run.held().schema(of: TableName(schema: "public", name: "t"))?.columns.map(\.name) ?? []
  }

  @Test(arguments: Place.allCases)
  func discardValueLeavesTheColumnOutUntilTheTableIsLoaded(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      let resources = resources(SchemaContract(columns: .discardValue))
      try await run.database.psql(Self.create)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        """
        ALTER TABLE t ADD COLUMN c int; INSERT INTO t VALUES (6, 'six', 6); UPDATE t SET c = 1 WHERE id = 1;
        ALTER TABLE t RENAME v TO w; UPDATE t SET w = 'w', c = 2 WHERE id = 2
        """)
      let report = try await run.pipeline(resources).capture()
      #expect(report.resynced.isEmpty && report.changeCount == 3)
      #expect(try await columns(run) == ["id", "w"])
      #expect(try await run.pipeline(resources).verify().isEqual)
      #expect(
        try await run.query("SELECT id || w FROM t ORDER BY id", table: "t")
          == ["1v", "2w", "3v", "4v", "5v", "6six"].map { "[\"\($0)\"]" })
      // Rows are rewritten, so the table is loaded: without what its contract leaves out.
      try await run.database.psql(
        "ALTER TABLE t ADD COLUMN d float8 DEFAULT random(); UPDATE t SET w = 'x' WHERE id = 3")
      try await run.pipeline(resources).capture()
      #expect(try await columns(run) == ["id", "w"])
      #expect(try await run.pipeline(resources).verify().isEqual)
      try await run.pipeline(resources).reload()
      try await run.database.psql("UPDATE t SET c = 9 WHERE id = 4")
      try await run.pipeline(resources).capture()
      try await run.expectEqual("t")
    }
  }

  @Test(arguments: Place.allCases)
  func discardRowKeepsRowsOutThatHaveAValueInTheColumn(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      let resources = resources(SchemaContract(columns: .discardRow))
      try await run.database.psql(Self.create)
      try await run.pipeline(resources).fullLoad()
      try await run.database.psql(
        """
        ALTER TABLE t ADD COLUMN c int; INSERT INTO t VALUES (6, 'six', 6), (7, 'seven', NULL);
        UPDATE t SET c = 1 WHERE id IN (1, 2); UPDATE t SET v = 'on' WHERE id = 3
        """)
      let report = try await run.pipeline(resources).capture()
      #expect(report.quarantinedRows.values.reduce(0, +) == 3 && report.resynced.isEmpty)
      #expect(try await columns(run) == ["id", "v"])
      #expect(try await run.pipeline(resources).verify().isEqual)
      #expect(
        try await run.query("SELECT id || v FROM t ORDER BY id", table: "t")
          == ["3on", "4v", "5v", "7seven"].map { "[\"\($0)\"]" })
      let rows = try await LakeReader.query(
        "SELECT row->>'c', reason FROM q ORDER BY row->>'id' DESC LIMIT 1",
        tables: ["q": run.ownPath("_cdc_quarantine")])
      #expect(rows == ["[\"6\",\"is of a column that is new, and that the table's contract leaves out\"]"])
      try await run.database.psql("UPDATE t SET c = NULL WHERE id = 1; DELETE FROM t WHERE id = 2")
      try await run.pipeline(resources).capture()
      #expect(try await run.pipeline(resources).verify().isEqual)
      try await run.pipeline(resources).reload()
      try await run.pipeline(resources).capture()
      try await run.expectEqual("t")
    }
  }

  @Test(arguments: [SchemaContract.Mode.discardRow, .discardValue])
  func aNewTableIsLeftOutUntilItIsNamed(_ mode: SchemaContract.Mode) async throws {
    try await withEndToEnd { run in
      let contract = SchemaContract(tables: mode)
      try await run.database.psql(Self.create)
      try await run.pipeline(resources(contract)).fullLoad()
      try await run.database.psql("CREATE TABLE late AS SELECT 1 AS id; UPDATE t SET v = 'on' WHERE id = 1")
      let report = try await run.pipeline(resources(contract)).capture()
      #expect(report.resynced.isEmpty)
      try await run.expectEqual("t")
      let late = TableName(schema: "public", name: "late")
      #expect(try await run.held().schema(of: late) == nil)
      #expect(try await run.pipeline(resources(contract, named: ["late"])).capture().resynced == [late])
      try await run.expectEqual("late")
    }
  }
}
