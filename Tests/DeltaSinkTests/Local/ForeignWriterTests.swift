import CDCCore
import Foundation
import TestSupport
import Testing

@testable import DeltaSink

/// Other engines read what we write, and write between our commits.
struct ForeignWriterTests {
  static let table = TableSchema(
    name: TableName(schema: "public", name: "item"),
    columns: [
      ColumnSchema(name: "id", type: .long), ColumnSchema(name: "name", type: .string),
      ColumnSchema(name: "note", type: .string),
    ], key: [0])

  static func rows(_ ids: Range<Int>, _ name: String) -> [[Value]] {
    ids.map { [.integer(Int128($0)), .text("\(name)\($0)"), .text("note\($0)")] }
  }

  static func changes(
    _ operation: CDCCore.Operation, _ rows: [[Value]], at commit: UInt64, table: TableSchema = table
  ) -> ChangeBatch {
    ChangeBatch(
      rows: RowBatch(table, rows), operations: rows.map { _ in operation }, positions: [],
      transactions: [TransactionRun(firstRow: 0, commitLSN: LSN(commit), commitTime: 0, xid: 1)])
  }

  static func load(
    _ lake: LocalDeltaDestination, _ rows: [[Value]], table: TableSchema = table
  ) async throws {
    _ = try await lake.open(pipeline: "p")
    let load = try await lake.beginLoad(table, disposition: .merge, pipeline: "p", position: LSN(100))
    try await load.write(RowBatch(table, rows))
    try await load.commit()
    try await lake.record(checkpoint(100, kind: .fullLoad))
  }

  static func checkpoint(_ position: UInt64, kind: Checkpoint.Kind = .cdc) -> Checkpoint {
    Checkpoint(
      pipeline: "p", kind: kind, packageID: "p-\(position)", position: LSN(position), commitTime: 0,
      rowCount: 1)
  }

  static func deliver(
    _ lake: LocalDeltaDestination, _ batches: [ChangeBatch], to position: UInt64,
    beforeCommit: () async throws -> Void = {}
  ) async throws {
    let package = try await lake.beginPackage(LoadPackage(pipeline: "p", from: LSN(100)))
    for batch in batches { try await package.write(batch, disposition: .merge) }
    try await beforeCommit()
    try await package.commit(checkpoint(position))
  }

  @Test(arguments: ["compact", "append", "delete"])
  func aForeignCommitBetweenOursIsRespected(_ deed: String) async throws {
    let harness = try LakeHarness()
    let lake = harness.destination()
    try await Self.load(lake, Self.rows(0..<100, "old"))
    // A second file, so that there is something to compact.
    try await Self.deliver(lake, [Self.changes(.insert, Self.rows(100..<200, "more"), at: 110)], to: 120)
    let path = harness.path(Self.table.name)
    try await Self.deliver(
      lake, [Self.changes(.update, Self.rows(50..<150, "new"), at: 130)], to: 140
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
      Self.rows(0..<50, "old") + Self.rows(50..<150, "new") + Self.rows(150..<200, "more")
    if deed == "delete" { expected.removeFirst(10) }
    if deed == "append" { expected.append([.integer(900), .text("x"), .text("y")]) }
    try await harness.inspect(Self.table, expected)
    let own = try await lake.allRows(Self.table.name)
    #expect(Set(own) == Set(expected))
  }

  @Test func aForeignSchemaChangeFailsCleanlyAndThePackageCanBeDeliveredAgain() async throws {
    let harness = try LakeHarness()
    let lake = harness.destination()
    try await Self.load(lake, Self.rows(0..<10, "old"))
    let path = harness.path(Self.table.name)
    let batch = Self.changes(.update, Self.rows(0..<5, "new"), at: 130)
    let error = await #expect(throws: DeltaError.self) {
      try await Self.deliver(lake, [batch], to: 140) {
        _ = try await LakeReader.python(
          """
          from deltalake import DeltaTable
          DeltaTable(args[0]).alter.set_table_properties({"delta.logRetentionDuration": "interval 60 days"})
          """, arguments: [path])
      }
    }
    #expect(error?.code == .conflict && error?.isRetryable == true)
    #expect(try await lake.open(pipeline: "p")?.position == LSN(100))
    try await Self.deliver(lake, [batch], to: 140)
    try await harness.inspect(Self.table, Self.rows(0..<5, "new") + Self.rows(5..<10, "old"))
  }

  @Test func pyarrowReadsFullyLoadedTablesAndThoseMergedByCopyOnWrite() async throws {
    let harness = try LakeHarness(LocalDeltaOptions(mergeMode: .copyOnWrite))
    let lake = harness.destination()
    try await Self.load(lake, Self.rows(0..<10, "old"))
    try await Self.deliver(lake, [Self.changes(.update, Self.rows(0..<5, "new"), at: 130)], to: 140)
    let count = try await LakeReader.python(
      """
      from deltalake import DeltaTable
      table = DeltaTable(args[0])
      rows = table.to_pyarrow_table().num_rows
      result = [rows, table.protocol().min_reader_version]
      """, arguments: [harness.path(Self.table.name)])
    #expect(count == "[10, 1]")
  }

  @Test func polarsReadsDeletionVectors() async throws {
    let harness = try LakeHarness(engines: [.polars, .duckdb, .deltalake])
    let lake = harness.destination()
    try await Self.load(lake, Self.rows(0..<100, "old"))
    for round in 0..<3 {
      let commit = UInt64(130 + 10 * round)
      try await Self.deliver(
        lake,
        [
          Self.changes(.update, Self.rows((round * 10)..<(round * 10 + 20), "new\(round)-"), at: commit),
          Self.changes(.delete, Self.rows((90 + round)..<(91 + round), ""), at: commit + 1),
        ], to: commit + 5)
    }
    var expected = Self.rows(0..<10, "new0-") + Self.rows(10..<20, "new1-")
    expected += Self.rows(20..<40, "new2-") + Self.rows(40..<90, "old") + Self.rows(93..<100, "old")
    try await harness.inspect(Self.table, expected)
  }

  @Test(arguments: ["a/b", "..", "_hidden", "100%", "mixed Case", "ünï", "x=1;y", "~", "a?b#c", "表", "C:\\x"])
  func anyNameBecomesAFolderThatEnginesRead(_ name: String) async throws {
    let harness = try LakeHarness()
    let lake = harness.destination()
    var table = Self.table
    table.name = TableName(schema: "s", name: name)
    try await Self.load(lake, Self.rows(0..<3, "x"), table: table)
    let path = try lake.path(of: table.name)
    #expect(path.hasPrefix(harness.root + "/s/"))
    #expect(try lake.tableNames() == [table.name])
    for engine in Engine.forDelta {
      #expect(try await LakeReader.read(delta: path, engine: engine).rows.count == 3)
    }
  }
}
