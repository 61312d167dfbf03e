import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// Tables whose log this package writes, read by other people's engines.
@Suite struct EngineTests {
  @Test(arguments: [Engine.duckdb, .deltalake, .polars])
  func deletionVectorsInFilesAndInlineAreApplied(_ engine: Engine) async throws {
    let table = try DeltaTestTable()
    var snapshot = try table.create()
    var append = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
    let files = [
      try await table.writeFile(0..<100),
      try await table.writeFile(100..<200, name: engine == .polars ? "b.parquet" : "with space.parquet"),
    ]
    append.add(files)
    snapshot = try append.committed()
    #expect(try await table.ids(engine) == Array(0..<200))

    var delete = DeltaTransaction(on: snapshot, operation: "DELETE", isBlindAppend: false)
    let onDisk = try DeletionVector.write(
      [DeletionVector(rows: [0, 5]), DeletionVector(rows: Array(10..<90))], to: table.store)
    try delete.setDeletionVector(onDisk[0], of: files[0], at: 1)
    try delete.setDeletionVector(onDisk[1], of: files[1], at: 1)
    snapshot = try delete.committed()
    let after = [1, 2, 3, 4] + Array(6..<110) + Array(190..<200)
    #expect(try await table.ids(engine) == after)

    var more = DeltaTransaction(on: snapshot, operation: "DELETE", isBlindAppend: false)
    let first = try #require(snapshot.file(at: files[0].path))
    var vector = try DeletionVector.read(try #require(first.deletionVector), from: table.store)
    vector.insert([1, 99])
    try more.setDeletionVector(vector.inlined(), of: first, at: 2)
    snapshot = try more.committed()
    #expect(try await table.ids(engine) == after.filter { $0 != 1 && $0 != 99 })
    #expect(try await table.ids(engine, version: 1) == Array(0..<200))
    #expect(try await table.ids(engine, version: 2) == after)
  }

  @Test(arguments: [Engine.duckdb, .deltalake])
  func mappedColumnsAreReadByTheirNames(_ engine: Engine) async throws {
    let table = try DeltaTestTable()
    let columns = [
      ColumnSchema(name: "the id, =;{}()", type: .long), ColumnSchema(name: "a\tb", type: .string),
    ]
    var snapshot = try table.create(DeltaTestTable.metadata(DeltaSchema(columns: columns)))
    let fields = snapshot.schema.fields
    #expect(snapshot.protocolAction.readerFeatures == ["columnMapping", "deletionVectors"])
    let size = try await LakeReader.python(
      """
      import os, pyarrow as pa, pyarrow.parquet
      schema = pa.schema([pa.field(args[1], pa.int64(), metadata={"PARQUET:field_id": args[2]}),
                          pa.field(args[3], pa.string(), metadata={"PARQUET:field_id": args[4]})])
      pa.parquet.write_table(pa.table([[1, 2], ["x", None]], schema=schema), args[0])
      result = os.path.getsize(args[0])
      """,
      arguments: ["\(table.path)/f.parquet"] + fields.flatMap { [$0.physicalName, "\($0.columnID ?? 0)"] })
    let statistics = FileStatistics(
      numRecords: 2,
      columns: [ColumnBounds(min: .integer(1), max: .integer(2), nullCount: 0), ColumnBounds(nullCount: 1)])
    var append = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
    append.add(
      AddFile(
        path: "f.parquet", size: Int(size) ?? 0, modificationTime: 1, stats: statistics.json(snapshot.schema))
    )
    snapshot = try append.committed()
    let read = try await LakeReader.read(delta: table.path, engine: engine)
    #expect(read.columnDescriptions == ["the id, =;{}() long", "a\tb string"])
    #expect(read.rows.count == 2)
  }

  @Test func deltalakeSeesHistoryMetadataAndTransactions() async throws {
    let table = try DeltaTestTable()
    var metadata = DeltaTestTable.metadata()
    metadata.name = "store.album"
    metadata.description = "It's \"the\" table"
    var append = DeltaTransaction(
      on: try table.create(metadata), operation: "WRITE", parameters: ["mode": "Append"], isBlindAppend: true)
    append.add(try await table.writeFile(0..<3))
    append.setTransaction(appID: "cdc/pipeline", version: 1 << 40)
    _ = try append.committed()
    let answer = try await LakeReader.python(
      """
      from deltalake import DeltaTable
      t = DeltaTable(args[0])
      h = t.history()
      m = t.metadata()
      p = t.protocol()
      result = [t.version(), [e["operation"] for e in h], h[0]["operationParameters"], m.name, m.description,
                t.transaction_version("cdc/pipeline"), p.min_reader_version, p.min_writer_version,
                p.reader_features]
      """, arguments: [table.path])
    #expect(
      answer == #"[1, ["WRITE", "CREATE TABLE"], {"mode": "Append"}, "store.album", "It's \"the\" table", "#
        + #"1099511627776, 3, 7, ["deletionVectors"]]"#)
  }

  @Test(arguments: [Engine.duckdb, .deltalake])
  func enginesPruneByOurStatisticsWithoutLosingRows(_ engine: Engine) async throws {
    let table = try DeltaTestTable()
    var append = DeltaTransaction(on: try table.create(), operation: "WRITE", isBlindAppend: true)
    for start in stride(from: 0, to: 50, by: 10) { append.add(try await table.writeFile(start..<start + 10)) }
    _ = try append.committed()
    let source =
      engine == .duckdb
      ? "engines.query(sql, {'t': args[0]})"
      : "engines.arrow(QueryBuilder().register('t', DeltaTable(args[0])).execute(sql))"
    let answer = try await LakeReader.python(
      """
      import engines
      from deltalake import DeltaTable, QueryBuilder
      sql = "SELECT count(*) AS n FROM t WHERE id = 37"
      result = \(source).to_pylist()[0]["n"]
      """, arguments: [table.path])
    #expect(answer == "1")
  }
}
