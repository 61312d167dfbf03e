import CDCCore
import Testing

@testable import DeltaSink

/// Names and literals: what PostgreSQL allows must not end a literal, leave a folder or meet another name.
struct NamingTests {
  @Test(arguments: [
    ("public", "orders", "orders"), ("public", "Orders", "orders"), ("shop", "orders", "shop__orders"),
    ("public", "a.b", "a~2eb"), ("public", "a b/c", "a~20b~2fc"), ("..", ".", "~2e~2e__~2e"),
    ("public", "x\ny", "x~0ay"), ("public", "100%~", "100~25~7e"), ("public", "Ünïcode", "ünïcode"),
  ])
  func tableHasAName(_ schema: String, _ name: String, _ target: String) throws {
    #expect(try DatabricksLayout.target(of: TableName(schema: schema, name: name)) == target)
  }

  @Test(arguments: ["_cdc_state", "_CDC_Loads", "", String(repeating: "x", count: 256)])
  func nameIsRefused(_ name: String) {
    #expect(throws: CDCError.self) {
      try DatabricksLayout.target(of: TableName(schema: "public", name: name))
    }
  }

  @Test(arguments: [
    ("plain", "'plain'"), ("it's", #"'it\'s'"#), (#"a\'b"#, #"'a\\\'b'"#),
    ("a\nb\tc\u{0}", #"'a\nb\tc\u0000'"#),
    ("${x}", #"'$\u007Bx}'"#), ("ünï", "'ünï'"),
  ])
  func textIsALiteral(_ text: String, _ literal: String) { #expect(SQLText.string(text) == literal) }

  @Test func backticksAreDoubled() { #expect(SQLText.name(["a`b", "c"]) == "`a``b`.`c`") }

  @Test
  func columnsThatDifferByCaseAreRefused() {
    let table = TableSchema(
      name: TableName(schema: "public", name: "t"),
      columns: [ColumnSchema(name: "Id", type: .int), ColumnSchema(name: "id", type: .int)])
    let error = #expect(throws: CDCError.self) { try table.requireHoldable() }
    #expect(error?.message.contains("\"Id\" and \"id\"") == true)
  }

  @Test(arguments: [
    ColumnType.boolean, .short, .int, .long, .float, .double, .decimal(precision: 38, scale: 9), .string,
    .binary, .variant,
    .date, .timestamp, .timestampNTZ, .list(.list(.int)), .map(key: .string, value: .list(.date)),
    .structure([ColumnSchema(name: "a `b`: c", type: .int), ColumnSchema(name: "d", type: .list(.string))]),
  ])
  func typeIsReadBack(_ type: ColumnType) {
    #expect(SQLTypeParser.parse(type.sqlName)?.sqlName == type.sqlName)
    #expect(SQLTypeParser.parse(type.sqlName.lowercased())?.sqlName == type.sqlName)
  }

  @Test(arguments: ["array<variant>", "interval day", "decimal(39,2)", "array<", "struct<a>", "", "int int"])
  func otherTextIsNoType(_ text: String) { #expect(SQLTypeParser.parse(text) == nil) }

  /// As many columns as PostgreSQL allows: a bit for each.
  @Test
  func everyColumnOfAWideTableCanBeKept() {
    let columns = (0..<1600).map { ColumnSchema(name: "c\($0)", type: .string) }
    let table = TableSchema(name: TableName(schema: "public", name: "wide"), columns: columns, key: [0])
    var staged = StagedTable(
      action: .merge, table: table, target: "wide", columns: columns, rows: "/Volumes/x")
    staged.kept = Array(1..<1600)
    let text = StatementSamples.merge(staged)
    #expect(text.contains("`c1599` = CASE WHEN getbit(s._m24, 63) = 1 THEN t.`c1599` ELSE s.c1599 END"))
    #expect(text.contains("`c64` = CASE WHEN getbit(s._m1, 0) = 1 THEN t.`c64` ELSE s.c64 END"))
    // A row that the table does not have has nothing to keep, unless it may be the mark of a delete.
    let refusal =
      "CASE WHEN getbit(s._m1, 0) = 1 THEN raise_error('\(MergeStatement.lackingRow)') ELSE s.c64 END"
    #expect(text.contains(refusal))
    staged.table.columns[1599].name = "_cdc_deleted_at"
    #expect(!StatementSamples.merge(staged).contains(MergeStatement.lackingRow))
  }

  @Test
  func manifestIsReadBack() throws {
    var staged = StatementSamples.staged
    staged.superseded = "/Volumes/x/superseded"
    staged.former = ["gone"]
    staged.gone = [7, 9]
    staged.table.mark = "16384 5"
    staged.table.columns[3].number = 4
    staged.moves = [
      ColumnMove(from: "a", to: "b"), ColumnMove(from: "c", to: nil, through: "_cdc_moving_1"),
    ]
    let manifest = Manifest(
      id: "e1", pipeline: "shop", epoch: 7, sequence: 3,
      content: .package(from: LSN(5), StatementSamples.checkpoint),
      tables: [staged, StatementSamples.appended])
    let read = try Manifest(parsing: Array(manifest.json.text.utf8))
    #expect(
      read.tables.map { StatementSamples.merge($0) } == manifest.tables.map { StatementSamples.merge($0) })
    #expect(read.content == manifest.content)
    #expect(read.tables.map(\.moves) == manifest.tables.map(\.moves) && read.tables[0].gone == [7, 9])
    #expect(zip(read.tables, manifest.tables).allSatisfy { $0.source.isNoted(like: $1.source) })
    var load = manifest
    load.content = .load(LSN(9))
    #expect(try Manifest(parsing: Array(load.json.text.utf8)).content == .load(LSN(9)))
    #expect(throws: DatabricksError.self) { try Manifest(parsing: Array("{\"version\":99}".utf8)) }
  }
}
