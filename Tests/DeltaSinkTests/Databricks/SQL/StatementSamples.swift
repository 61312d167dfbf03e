import CDCCore

@testable import DeltaSink

/// One statement of every kind that the package can send, over a small dataset with awkward names.
struct StatementSample: Sendable, CustomStringConvertible {
  /// The name of its golden file.
  let name: String
  let text: String

  var description: String { name }
}

enum StatementSamples {
  static let layout = DatabricksLayout(
    catalog: "main", schema: "golden", stagingSchema: "golden_staging", volume: "cdc")
  static let position = LSN(0xFFFF_FFFF_FFFF_FFF0)

  /// A key of two columns, names that need quoting, a type of every kind.
  static let odd = TableSchema(
    name: TableName(schema: "public", name: "Odd"),
    columns: [
      ColumnSchema(name: "id", type: .long, isNullable: false, comment: "it's the key"),
      ColumnSchema(name: "day", type: .date, isNullable: false),
      ColumnSchema(name: "price; in {euro}", type: .decimal(precision: 12, scale: 2)),
      ColumnSchema(name: "note", type: .string), ColumnSchema(name: "bytes", type: .binary),
      ColumnSchema(name: "at", type: .timestamp), ColumnSchema(name: "local", type: .timestampNTZ),
      ColumnSchema(name: "flag's `bool`", type: .boolean), ColumnSchema(name: "small", type: .short),
      ColumnSchema(name: "number", type: .int), ColumnSchema(name: "ratio", type: .float),
      ColumnSchema(name: "wide", type: .double), ColumnSchema(name: "tags", type: .list(.string)),
      ColumnSchema(name: "pairs", type: .map(key: .string, value: .timestampNTZ)),
      ColumnSchema(
        name: "parts",
        type: .structure([
          ColumnSchema(name: "a b", type: .int), ColumnSchema(name: "list", type: .list(.date)),
        ])),
    ], key: [0, 1], comment: "orders, it's said: 50 % ${more}")

  static let keyOnly = TableSchema(
    name: TableName(schema: "public", name: "keys"),
    columns: [ColumnSchema(name: "id", type: .long)], key: [0])

  static let documents = TableSchema(
    name: TableName(schema: "public", name: "documents"),
    columns: [ColumnSchema(name: "id", type: .long), ColumnSchema(name: "doc", type: .variant)], key: [0])

  static let stagedDocuments: StagedTable = {
    var staged = StagedTable(
      action: .merge, table: documents, target: "documents", columns: documents.columns,
      rows: folder("documents/rows"))
    staged.kept = [1]
    return staged
  }()

  static let staged: StagedTable = {
    var staged = StagedTable(
      action: .merge, table: odd, target: "odd", columns: odd.columns, rows: folder("odd/rows"))
    staged.hasDeletes = true
    staged.kept = [3, 4]
    staged.bounds = [
      StagedBound(column: "id", least: "-5L", greatest: "9223372036854775807L"),
      StagedBound(column: "day", least: "DATE'2020-01-01'", greatest: "DATE'2026-11-22'"),
    ]
    return staged
  }()

  static func folder(_ name: String) -> String { "\(layout.folder(pipeline: "shop"))/delivery/\(name)" }

  static let epoch = EpochGuard(layout: layout, pipeline: "shop", epoch: 7, sequence: 41)
  static let state = StateStatements(layout: layout, pipeline: "shop")

  static func with(_ change: (inout StagedTable) -> Void) -> StagedTable {
    var changed = staged
    change(&changed)
    return changed
  }

  static func merge(_ staged: StagedTable) -> String {
    MergeStatement(staged: staged, layout: layout, guard: epoch).text
  }

  static func overwrite(_ staged: StagedTable) -> OverwriteStatement {
    OverwriteStatement(staged: staged, layout: layout, guard: epoch)
  }

  /// Loaded again, with other types, beside rows that stay.
  static let kept: StagedTable = {
    var table = odd
    table.columns[2].type = .string
    table.columns[8].type = .decimal(precision: 10, scale: 2)
    table.columns[9] = ColumnSchema(name: "born", type: .date)
    table.columns[10].type = .double
    table.columns[14].type = .structure([
      ColumnSchema(name: "a b", type: .long), ColumnSchema(name: "list", type: .list(.date)),
      ColumnSchema(name: "more", type: .string),
    ])
    var staged = StagedTable(
      action: .overwrite, table: table, target: "odd", columns: table.columns, rows: folder("kept/rows"))
    var origins = odd.columns.map { Optional($0) }
    origins[9] = nil
    var history = StagedHistory(version: 0, origins: origins, former: [odd.columns[9]])
    history.unlessLoaded = true
    history.endings = [
      .init(CarriedRows.Ending("at", .integer(1_700_000_000_123_456)), .timestamp),
      .init(CarriedRows.Ending("flag's `bool`", .boolean(false)), .boolean),
    ]
    staged.history = history
    return staged
  }()

  /// Loaded again without a column that older rows keep.
  static let keptLog: StagedTable = {
    var table = odd
    table.columns.remove(at: 3)
    var staged = StagedTable(
      action: .overwrite, table: table.appended, sourceKey: odd.key, target: "odd_log",
      columns: table.appended.columns, rows: folder("kept-log/rows"))
    var history = StagedHistory(
      version: 0, origins: table.appended.columns.map { Optional($0) }, former: [odd.columns[3]])
    history.emptied = position
    staged.history = history
    return staged
  }()

  static let checkpoint = Checkpoint(
    pipeline: "shop", kind: .cdc, packageID: "shop-1-2", position: position,
    commitTime: 1_700_000_000_123_456, rowCount: 42)

  static let appended: StagedTable = {
    var staged = StagedTable(
      action: .append, table: odd.appended, sourceKey: odd.key, target: "odd_log",
      columns: odd.appended.columns, rows: folder("log/rows"))
    staged.bounds = [StagedBound(column: "_cdc_lsn", least: "100L", greatest: "-16L")]
    return staged
  }()

  /// In an order in which they can be run.
  static var all: [StatementSample] { places + tables + changes + states + reads }

  private static var places: [StatementSample] {
    let places = PlaceStatements(layout: layout)
    let states = StateTables(layout: layout).statements
    return [
      StatementSample(name: "create-catalog", text: places.createCatalog),
      StatementSample(name: "create-schema", text: places.createSchema),
      StatementSample(name: "create-staging-schema", text: places.createStagingSchema),
      StatementSample(name: "create-volume", text: places.createVolume),
      StatementSample(name: "create-loads-table", text: states[0]),
      StatementSample(name: "create-schema-table", text: states[1]),
      StatementSample(name: "create-state-table", text: states[2]),
      StatementSample(name: "list-columns", text: places.columns()),
      StatementSample(name: "list-columns-of-a-table", text: places.columns(of: "odd")),
      StatementSample(name: "drop-table", text: TableStatements(layout: layout).drop(target: "gone")),
    ]
  }

  private static var tables: [StatementSample] {
    let tables = TableStatements(layout: layout)
    let declared = TableStatements(layout: layout, declaresPrimaryKeys: true)
    let added = ColumnSchema(name: "added", type: .list(.int), comment: "later")
    return [
      StatementSample(name: "take-pipeline", text: state.take(runner: "5c0d")),
      StatementSample(name: "create-table", text: tables.create(odd, target: "odd")),
      StatementSample(name: "create-table-with-primary-key", text: declared.create(odd, target: "odd_keyed")),
      StatementSample(name: "create-appended-table", text: tables.create(odd.appended, target: "odd_log")),
      StatementSample(name: "create-table-of-keys", text: tables.create(keyOnly, target: "keys")),
      StatementSample(name: "add-column", text: tables.addColumn(added, target: "odd")),
      StatementSample(
        name: "create-table-with-variant", text: tables.create(documents, target: "documents")),
      StatementSample(name: "enable-feature", text: tables.enable("timestampNtz", target: "documents")),
      StatementSample(
        name: "list-columns-guarded", text: PlaceStatements(layout: layout).columns(of: "odd", epoch)),
      StatementSample(
        name: "rename-column", text: tables.renameColumn("note", to: "no`te; 'new'", target: "odd_keyed")),
      StatementSample(name: "drop-column", text: tables.dropColumn("flag's `bool`", target: "odd_keyed")),
      StatementSample(
        name: "comment-column", text: tables.commentColumn("note", "it's\nlong", target: "odd")),
      StatementSample(name: "comment-table", text: tables.commentTable("it's", target: "odd")),
      StatementSample(name: "cluster-table", text: tables.cluster(odd, target: "odd")),
    ]
  }

  private static var changes: [StatementSample] {
    [
      StatementSample(name: "merge", text: merge(staged)),
      StatementSample(
        name: "merge-with-superseded-rows-and-former-columns",
        text: merge(
          with {
            $0.superseded = folder("odd/superseded")
            $0.former = ["added"]
            $0.kept = []
          })),
      StatementSample(name: "merge-deletes-only", text: merge(with { $0.hasUpserts = false })),
      StatementSample(
        name: "merge-keys-only",
        text: merge(
          StagedTable(
            action: .merge, table: keyOnly, target: "keys", columns: keyOnly.columns,
            rows: folder("keys/rows")
          ))),
      StatementSample(name: "merge-appended", text: merge(appended)),
      StatementSample(
        name: "insert-overwrite", text: overwrite(with { $0.action = .overwrite }).insertOverwrite),
      StatementSample(
        name: "insert-overwrite-with-superseded-rows",
        text: overwrite(
          with {
            $0.action = .overwrite
            $0.superseded = folder("odd/superseded")
            $0.former = ["added"]
          }
        ).insertOverwrite),
      StatementSample(
        name: "create-or-replace-table", text: overwrite(with { $0.action = .overwrite }).createOrReplace),
      StatementSample(name: "create-or-replace-table-keeping-rows", text: overwrite(kept).createOrReplace),
      StatementSample(name: "insert-overwrite-keeping-the-log", text: overwrite(keptLog).insertOverwrite),
      StatementSample(name: "merge-variant", text: merge(stagedDocuments)),
      StatementSample(
        name: "create-or-replace-table-with-variant", text: overwrite(stagedDocuments).createOrReplace),
    ]
  }

  private static var states: [StatementSample] {
    var load = checkpoint
    load.kind = .fullLoad
    let versions = [
      TableVersion(
        table: odd.name, target: "odd", number: 1, position: position, loadID: "e1-load", afterSequence: 0,
        columns: "[{\"name\":\"it's\"}]", mark: "16384 it's", comment: "a\nb"),
      TableVersion(
        table: keyOnly.name, target: "keys", number: 2, position: LSN(1), loadID: nil, afterSequence: 3),
    ]
    let atomic = AtomicStatement(
      statements: [merge(staged), state.checkpoint(checkpoint, epoch: 7, after: 3)])
    return [
      StatementSample(name: "checkpoint", text: state.checkpoint(checkpoint, epoch: 7, after: 3)),
      StatementSample(name: "checkpoint-of-a-load", text: state.checkpoint(load, epoch: 7, after: 3)),
      StatementSample(name: "record-load", text: state.recordLoad),
      StatementSample(name: "record-versions", text: state.recordVersions(versions, epoch)),
      StatementSample(name: "begin-atomic", text: atomic.text),
    ]
  }

  private static var reads: [StatementSample] {
    let reads = ReadStatements(layout: layout)
    return [
      StatementSample(name: "read-state", text: state.read),
      StatementSample(name: "read-tables", text: state.readTables),
      StatementSample(name: "read-version", text: reads.version(of: "odd")),
      StatementSample(name: "read-shape", text: state.readShape(of: "odd")),
      StatementSample(name: "read-rows", text: reads.rows(of: "odd", columns: odd.columns)),
      StatementSample(
        name: "read-rows-with-variant", text: reads.rows(of: "documents", columns: documents.columns)),
      StatementSample(
        name: "read-values-by-key",
        text: reads.values(
          of: [odd.columns[3], odd.columns[12]], in: "odd", key: odd.keyColumns,
          keysIn: folder("odd/lookup-1"))),
    ]
  }
}
