/// What is counted of that which contracts keep out: each value and row once, and only of tables that are copied.
import CDCCore
import DeltaSink
import TestSupport
import Testing

@Suite struct ContractCountTests {
  /// `v` comes before the key, which decides about the row, and `w` after it.
  @Test(arguments: [true, false]) func aRowThatIsKeptOutCountsNoValues(binary: Bool) async throws {
    try await withEndToEnd { run in
      let hints = ResourceHints(contract: SchemaContract(dataType: .discardValue))
      let resources = ResourceList([Resource("t", hints: hints), Resource("other")])
      func rows(_ year: Int) -> String {
        """
        INSERT INTO t VALUES ('NaN', '\(year)-01-01', 'NaN', 1), ('NaN', '-infinity', 'NaN', 2), (NULL, '\(year)-01-02', 'NaN', 3),
          (1, '\(year)-01-03', 1, 4); DELETE FROM t WHERE n = 2;
        INSERT INTO t VALUES ('NaN', 'infinity', 'NaN', \(year)) ON CONFLICT DO NOTHING;
        """
      }
      try await run.database.psql(
        """
        CREATE TABLE t (v numeric(6,2), d date PRIMARY KEY, w numeric(6,2), n int);
        CREATE TABLE other (id int PRIMARY KEY, q \(binary ? "int" : "tsquery")); \(rows(2024))
        """)
      let load = try await run.pipeline(resources).fullLoad()
      let table = TableName(schema: "public", name: "t")
      let loaded = load.tables.first { $0.name == table }
      #expect(loaded?.discardedValues == 3 && loaded?.quarantinedRows == 1)
      try await run.database.psql("DELETE FROM t WHERE d = 'infinity'; \(rows(2025))")
      let report = try await run.pipeline(resources).capture()
      #expect(report.discardedValues == [table: 3])
      #expect(report.quarantinedRows == [table: 2])
      let counts = try await run.texts(
        "SELECT column_name || ' ' || sum(value_count)::int FROM t WHERE event = 'discarded_values' GROUP BY column_name",
        path: run.lake.path("_cdc_quarantine"))
      #expect(counts.sorted() == ["v 2", "w 4"])
      // Nobody knows a row again whose key cannot be held.
      let told = try await ContractReport(run.destination(), pipeline: run.name).tables.map {
        [$0.rowsOut, $0.quarantinedRows, $0.discardedValues]
      }
      #expect(told == [[0, 3, 6]])
    }
  }

  /// Also where nothing else happens than that the table goes.
  @Test func aTableThatIsRemovedHasNoRowsOut() async throws {
    try await withEndToEnd { run in
      let hints = ResourceHints(contract: SchemaContract(dataType: .discardRow))
      func resources(_ names: [String]) -> ResourceList {
        ResourceList(names.map { Resource("public.\($0)*", hints: hints) })
      }
      func rowsOut() async throws -> [String] {
        try await ContractReport(run.destination(), pipeline: run.name).tables.map {
          "\($0.name.name) \($0.rowsOut) of \($0.quarantinedRows)"
        }
      }
      let all = ["t", "u", "w"]
      for name in all {
        try await run.database.psql(
          "CREATE TABLE \(name) (id int PRIMARY KEY, v numeric(6,2)); INSERT INTO \(name) VALUES (1, 'NaN'), (2, 'NaN'), (3, 1)"
        )
      }
      try await run.pipeline(resources(all)).fullLoad()
      #expect(try await rowsOut() == ["t 2 of 2", "u 2 of 2", "w 2 of 2"])
      try await run.pipeline(resources(["u", "w"])).capture()
      #expect(try await rowsOut() == ["t 0 of 2", "u 2 of 2", "w 2 of 2"])
      try await run.database.psql("UPDATE u SET v = 0 WHERE id = 1; DROP TABLE w; UPDATE t SET v = 2")
      try await run.pipeline(resources(["u", "w"])).capture()
      #expect(try await rowsOut() == ["t 0 of 2", "u 1 of 2", "w 0 of 2"])
      #expect(try await run.pipeline(resources(["u", "w"])).capture().packages == 0)
      // Listed again, it is loaded again, as it is now.
      try await run.database.psql("UPDATE t SET v = 'NaN' WHERE id = 3")
      try await run.pipeline(resources(all)).capture()
      #expect(try await rowsOut() == ["t 1 of 3", "u 1 of 2", "w 0 of 2"])
      #expect(try await run.pipeline(resources(["t", "u"])).verify().isEqual)
    }
  }
}
