import Synchronization
import Testing

@testable import CDCCore

/// Every kind of difference is planted once and must be found, named, and nothing else with it.
struct VerifierTests {
  private static let name = TableName(schema: "public", name: "invoice")
  private static let schema = TableSchema(
    name: name,
    columns: [
      ColumnSchema(name: "id", type: .int),
      ColumnSchema(name: "total", type: .decimal(precision: 10, scale: 2)),
      ColumnSchema(name: "note", type: .string),
    ], key: [0])

  private static func rows(_ ids: [Int32], total: (Int32) -> Int64? = { Int64($0) * 100 }) -> RowBatch {
    let totals = ids.map(total)
    let nulls = totals.indices.filter { totals[$0] == nil }.map { Int32($0) }
    var notes = ByteStrings()
    for id in ids { notes.append("note \(id), long enough for two words".utf8) }
    return RowBatch(
      table: schema, rowCount: ids.count,
      columns: [
        ColumnVector(count: ids.count, values: .int32(ids)),
        ColumnVector(
          count: ids.count, validity: Validity(count: ids.count, nullRows: nulls),
          values: .int64(totals.map { $0 ?? 0 })),
        ColumnVector(count: ids.count, values: .bytes(notes)),
      ])
  }

  private func verify(
    _ source: [RowBatch], _ destination: [RowBatch], schema: TableSchema = schema,
    destinationSchema: TableSchema? = nil, options: VerificationOptions = VerificationOptions()
  ) async throws -> TableVerification {
    let snapshot = FixedSnapshot(table: schema, batches: source)
    let held = FixedDestination(schema: destinationSchema ?? destination.first?.table, batches: destination)
    let report = try await Verifier(snapshot, held, options: options).run()
    #expect(report.position == LSN(7))
    return try #require(report.tables.first)
  }

  @Test("equal rows in another order and other batches are equal")
  func equal() async throws {
    let result = try await verify(
      [Self.rows(Array(1...1000))],
      [Self.rows((501...1000).reversed()), Self.rows(Array(1...500))])
    #expect(result.isEqual)
    #expect(result.sourceRows == 1000 && result.destinationRows == 1000)
  }

  @Test("a missing row is named")
  func missing() async throws {
    let result = try await verify([Self.rows([1, 2, 3])], [Self.rows([1, 3])])
    #expect(!result.isEqual)
    #expect((result.missing, result.extra, result.different) == (1, 0, 0))
    #expect(result.differences == [RowDifference(kind: .missing, key: "id=2", columns: [])])
  }

  @Test("an extra row is named")
  func extra() async throws {
    let result = try await verify([Self.rows([1, 3])], [Self.rows([1, 2, 3])])
    #expect((result.missing, result.extra, result.different) == (0, 1, 0))
    #expect(result.differences == [RowDifference(kind: .extra, key: "id=2", columns: [])])
  }

  @Test("a second row under a key is extra, even an equal one")
  func duplicate() async throws {
    let result = try await verify([Self.rows([1, 2])], [Self.rows([1, 2, 2])])
    #expect((result.missing, result.extra, result.different) == (0, 1, 0))
    #expect(result.differences.map(\.key) == ["id=2"])
  }

  @Test("a value that differs is named by its column, null or not", arguments: [Int64?.none, 201])
  func different(total: Int64?) async throws {
    let result = try await verify(
      [Self.rows([1, 2, 3])], [Self.rows([1, 2, 3]) { $0 == 2 ? total : Int64($0) * 100 }])
    #expect((result.missing, result.extra, result.different) == (0, 0, 1))
    #expect(result.differences == [RowDifference(kind: .different, key: "id=2", columns: ["total"])])
  }

  @Test("a value that moved to another row differs in both")
  func swapped() async throws {
    let result = try await verify(
      [Self.rows([1, 2, 3])], [Self.rows([1, 2, 3]) { [300, 200, 100][Int($0) - 1] }])
    #expect(result.different == 2)
    #expect(Set(result.differences.map(\.key)) == ["id=1", "id=3"])
  }

  @Test("counting stops where too many rows differ, and the result says so")
  func notExhaustive() async throws {
    let result = try await verify(
      [Self.rows(Array(1...20_000))], [Self.rows([])], destinationSchema: Self.schema,
      options: VerificationOptions(namedRows: 3, heldRows: 100))
    #expect(!result.isExhaustive && !result.isEqual)
    #expect(result.differences.count == 3)
    #expect((1...110).contains(result.missing))
  }

  @Test("a table or a column that is not there is a difference of shape")
  func shapes() async throws {
    let absent = try await verify([Self.rows([1])], [])
    #expect(absent.shape == [.tableMissing])
    let full = Self.rows([1])
    var narrow = Self.schema
    narrow.columns.removeLast()
    let result = try await verify(
      [full], [RowBatch(table: narrow, rowCount: 1, columns: Array(full.columns.dropLast()))])
    #expect(result.shape == [.columnMissing("note")])
    #expect(result.different == 0)
  }

  @Test(
    "a wider type holds the same value",
    arguments: [
      (ColumnType.int, ColumnVector.Values.int32([5]), ColumnType.long, ColumnVector.Values.int64([5])),
      (
        .decimal(precision: 10, scale: 2), .int64([-150]), .decimal(precision: 38, scale: 4),
        .int128([-15_000])
      ),
      (.int, .int32([-3]), .decimal(precision: 12, scale: 1), .int64([-30])),
      (.float, .float([0.1]), .double, .double([Double(Float(0.1))])),
      (.date, .int32([1]), .timestampNTZ, .int64([86_400_000_000])),
      (
        .list(.short), .list(offsets: [0, 2], elements: ColumnVector(count: 2, values: .int32([1, 2]))),
        .list(.long), .list(offsets: [0, 2], elements: ColumnVector(count: 2, values: .int64([1, 2])))
      ),
    ])
  func wider(
    type: ColumnType, values: ColumnVector.Values, widerType: ColumnType, widerValues: ColumnVector.Values
  ) async throws {
    func batch(_ type: ColumnType, _ values: ColumnVector.Values) -> RowBatch {
      let table = TableSchema(
        name: Self.name,
        columns: [ColumnSchema(name: "id", type: .int), ColumnSchema(name: "v", type: type)],
        key: [0])
      return RowBatch(
        table: table, rowCount: 1,
        columns: [ColumnVector(count: 1, values: .int32([9])), ColumnVector(count: 1, values: values)])
    }
    let source = batch(type, values)
    let result = try await verify([source], [batch(widerType, widerValues)], schema: source.table)
    #expect(result.isEqual)
  }

  @Test("types that share no value are named, not compared")
  func incomparable() async throws {
    var texts = Self.schema
    texts.columns[1].type = .string
    var batch = Self.rows([1])
    batch = RowBatch(
      table: texts, rowCount: 1, columns: [batch.columns[0], batch.columns[2], batch.columns[2]])
    let result = try await verify([Self.rows([1])], [batch])
    #expect(
      result.shape == [
        .typesDiffer(column: "total", source: .decimal(precision: 10, scale: 2), destination: .string)
      ])
  }

  @Test("without a key rows are counted, however often each comes")
  func keyless() async throws {
    var schema = Self.schema
    schema.key = []
    let result = try await verify([Self.rows([1, 1, 2])], [Self.rows([1, 2, 2])], schema: schema)
    #expect((result.missing, result.extra, result.different) == (1, 1, 0))
    #expect(try await verify([Self.rows([1, 1, 2])], [Self.rows([2, 1, 1])], schema: schema).isEqual)
  }

  // MARK: appended tables

  /// Changes as an appended table has them: code, id, total, unchanged columns; the position counts up.
  private static func log(_ changes: [(code: String, id: Int32, total: Int64, unchanged: String)]) -> RowBatch
  {
    let base = rows(changes.map(\.id)) { id in 0 }
    let count = changes.count
    var codes = ByteStrings()
    var unchanged = ByteStrings()
    for change in changes {
      codes.append(change.code.utf8)
      unchanged.append(change.unchanged.utf8)
    }
    let added: [(String, ColumnType, ColumnVector.Values)] = [
      ("_cdc_op", .string, .bytes(codes)), ("_cdc_lsn", .long, .int64((0..<count).map { Int64($0 / 2) })),
      ("_cdc_sequence", .long, .int64((0..<count).map { Int64($0 % 2) })),
      ("_cdc_unchanged", .string, .bytes(unchanged)),
    ]
    var table = schema
    table.columns += added.map { ColumnSchema(name: $0.0, type: $0.1) }
    table.key = []
    let totals = ColumnVector(count: count, values: .int64(changes.map(\.total)))
    return RowBatch(
      table: table, rowCount: count,
      columns: [base.columns[0], totals, base.columns[2]]
        + added.map { ColumnVector(count: count, values: $0.2) })
  }

  @Test("an appended table is played back: the last change of each key counts", arguments: [1, 1000])
  func appended(heldRows: Int) async throws {
    let log = Self.log([
      ("r", 1, 100, ""), ("r", 2, 200, ""), ("r", 3, 300, ""), ("u", 1, 150, ""), ("d", 2, 0, ""),
      ("c", 4, 400, ""), ("d", 4, 0, ""), ("c", 4, 450, ""), ("u", 3, 0, "total"),
    ])
    let options = VerificationOptions(heldRows: heldRows)
    let source = Self.rows([1, 3, 4]) { [1: 150, 3: 300, 4: 450][$0] }
    #expect(try await verify([source], [log], options: options).isEqual)
    let wrong = Self.rows([1, 3, 4]) { [1: 100, 3: 300, 4: 450][$0] }
    let result = try await verify([wrong], [log])
    #expect(result.differences == [RowDifference(kind: .different, key: "id=1", columns: ["total"])])
  }

  @Test("an appended table forgets what came before a truncation")
  func truncated() async throws {
    let log = Self.log([("r", 1, 100, ""), ("r", 2, 200, ""), ("t", 0, 0, ""), ("c", 3, 300, "")])
    #expect(try await verify([Self.rows([3])], [log]).isEqual)
    var keyless = Self.schema
    keyless.key = []
    #expect(try await verify([Self.rows([3])], [log], schema: keyless).isEqual)
  }

  @Test("an appended table without key adds up")
  func appendedKeyless() async throws {
    var keyless = Self.schema
    keyless.key = []
    let log = Self.log([("r", 1, 100, ""), ("r", 1, 100, ""), ("d", 1, 100, ""), ("u", 2, 200, "")])
    #expect(try await verify([Self.rows([1, 2])], [log], schema: keyless).isEqual)
    #expect(try await !verify([Self.rows([1, 1, 2])], [log], schema: keyless).isEqual)
  }
}

private struct FixedSnapshot: SourceSnapshot {
  let table: TableSchema
  let batches: [RowBatch]
  var position: LSN { LSN(7) }
  var tables: [TableSchema] { [table] }

  func read(
    readers: Int, limits: BatchLimits, sink: @escaping @Sendable (SnapshotEvent) async throws -> Void
  ) async throws {
    for batch in batches { try await sink(.rows(table: 0, batch)) }
    try await sink(.finished(table: 0))
  }

  func close() async {}
}

private struct FixedDestination: ReadableDestination {
  let schema: TableSchema?
  let batches: [RowBatch]

  func schema(of table: TableName) async throws -> TableSchema? { schema }

  func read(
    _ table: TableName, columns: [String]?, sink: @escaping @Sendable (RowBatch) async throws -> Void
  ) async throws {
    for batch in batches { try await sink(batch) }
  }

  func open(pipeline: String) async throws -> Checkpoint? { nil }
  func beginLoad(
    _ table: TableSchema, disposition: WriteDisposition, carrying carried: CarriedRows?, pipeline: String,
    position: LSN
  ) async throws -> any TableLoad { throw CancellationError() }
  func beginPackage(_ package: LoadPackage) async throws -> any PackageWriter { throw CancellationError() }
  func record(_ checkpoint: Checkpoint) async throws {}
}
