import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// Other engines read what we write, and write between our commits.
struct ForeignWriterTests {
  typealias Fixture = ItemTable

  @Test(arguments: ["compact", "append", "delete"])
  func aForeignCommitBetweenOursIsRespected(_ deed: String) async throws {
    let harness = try LakeHarness()
    let lake = harness.destination()
    try await Fixture.load(lake, Fixture.rows(0..<100, "old"))
    // A second file, so that there is something to compact.
    try await Fixture.deliver(
      lake, [Fixture.changes(.insert, Fixture.rows(100..<200, "more"), at: 110)], to: 120)
    let path = harness.path(Fixture.table.name)
    try await Fixture.deliver(
      lake, [Fixture.changes(.update, Fixture.rows(50..<150, "new"), at: 130)], to: 140
    ) {
      _ = try await LakeReader.python(
        """
        from deltalake import DeltaTable, write_deltalake
        import pyarrow as pa
        path, deed = args
        table = DeltaTable(path)
        if deed == "compact":
            table.optimize.compact()
        elif deed == "delete":
            table.delete("id < 10")
        else:
            write_deltalake(path, pa.table({"id": pa.array([900], pa.int64()), "name": ["x"], "note": ["y"]}),
                            mode="append")
        """, arguments: [path, deed])
    }
    var expected =
      Fixture.rows(0..<50, "old") + Fixture.rows(50..<150, "new") + Fixture.rows(150..<200, "more")
    if deed == "delete" { expected.removeFirst(10) }
    if deed == "append" { expected.append([.integer(900), .text("x"), .text("y")]) }
    try await harness.inspect(Fixture.table, expected)
    let own = try await lake.allRows(Fixture.table.name)
    #expect(Set(own) == Set(expected))
  }

  @Test func aForeignSchemaChangeFailsCleanlyAndThePackageCanBeDeliveredAgain() async throws {
    let harness = try LakeHarness()
    let lake = harness.destination()
    try await Fixture.load(lake, Fixture.rows(0..<10, "old"))
    let path = harness.path(Fixture.table.name)
    let batch = Fixture.changes(.update, Fixture.rows(0..<5, "new"), at: 130)
    let error = await #expect(throws: DeltaError.self) {
      try await Fixture.deliver(lake, [batch], to: 140) {
        _ = try await LakeReader.python(
          """
          from deltalake import DeltaTable
          DeltaTable(args[0]).alter.set_table_properties({"delta.logRetentionDuration": "interval 60 days"})
          """, arguments: [path])
      }
    }
    #expect(error?.code == .conflict && error?.isRetryable == true)
    #expect(try await lake.open(pipeline: "p")?.position == LSN(100))
    try await Fixture.deliver(lake, [batch], to: 140)
    try await harness.inspect(Fixture.table, Fixture.rows(0..<5, "new") + Fixture.rows(5..<10, "old"))
  }

  @Test func pyarrowReadsFullyLoadedTablesAndThoseMergedByCopyOnWrite() async throws {
    let harness = try LakeHarness(LocalDeltaOptions(mergeMode: .copyOnWrite))
    let lake = harness.destination()
    try await Fixture.load(lake, Fixture.rows(0..<10, "old"))
    try await Fixture.deliver(lake, [Fixture.changes(.update, Fixture.rows(0..<5, "new"), at: 130)], to: 140)
    let count = try await LakeReader.python(
      """
      from deltalake import DeltaTable
      table = DeltaTable(args[0])
      rows = table.to_pyarrow_table().num_rows
      result = [rows, table.protocol().min_reader_version]
      """, arguments: [harness.path(Fixture.table.name)])
    #expect(count == "[10, 1]")
  }

  @Test func polarsReadsDeletionVectors() async throws {
    let harness = try LakeHarness(engines: [.polars, .duckdb, .deltalake])
    let lake = harness.destination()
    try await Fixture.load(lake, Fixture.rows(0..<100, "old"))
    for round in 0..<3 {
      let commit = UInt64(130 + 10 * round)
      try await Fixture.deliver(
        lake,
        [
          Fixture.changes(
            .update, Fixture.rows((round * 10)..<(round * 10 + 20), "new\(round)-"), at: commit),
          Fixture.changes(.delete, Fixture.rows((90 + round)..<(91 + round), ""), at: commit + 1),
        ], to: commit + 5)
    }
    var expected = Fixture.rows(0..<10, "new0-") + Fixture.rows(10..<20, "new1-")
    expected += Fixture.rows(20..<40, "new2-") + Fixture.rows(40..<90, "old") + Fixture.rows(93..<100, "old")
    try await harness.inspect(Fixture.table, expected)
  }

  @Test(arguments: ["a/b", "..", "_hidden", "100%", "mixed Case", "ünï", "x=1;y", "~", "a?b#c", "表", "C:\\x"])
  func anyNameBecomesAFolderThatEnginesRead(_ name: String) async throws {
    let harness = try LakeHarness()
    let lake = harness.destination()
    var table = Fixture.table
    table.name = TableName(schema: "s", name: name)
    try await Fixture.load(lake, Fixture.rows(0..<3, "x"), table: table)
    let path = try lake.path(of: table.name)
    #expect(path.hasPrefix(harness.root + "/s/"))
    #expect(try lake.tableNames() == [table.name])
    for engine in Engine.forDelta {
      #expect(try await LakeReader.read(delta: path, engine: engine).rows.count == 3)
    }
  }
}
