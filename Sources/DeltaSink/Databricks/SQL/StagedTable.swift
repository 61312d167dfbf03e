import CDCCore

/// What a delivery does to one table: everything that its statements say follows from this and the epoch, so a sealed
/// package is applied again as it is.
struct StagedTable: Sendable, Hashable {
  enum Action: String, Sendable, Hashable {
    /// Only the shape may have changed.
    case none
    /// Upserts and deletes by key.
    case merge
    /// Changes as rows, each once, by `_cdc_lsn` and `_cdc_sequence`.
    case append
    /// The staged rows take the place of all rows.
    case overwrite
  }

  var action: Action
  /// The source's table, as it is at the end of the delivery; of an appended one, with the columns about the change.
  var table: TableSchema
  /// Places in `table.columns` of the source's own key, which an appended table does not have.
  var sourceKey: [Int]
  /// Where the log comes to the table's shape at the end of the delivery; nil: it has had it from the beginning on.
  var position: LSN?
  /// The shapes that the delivery has met before, in order.
  var earlier: [StagedShape] = []
  /// The name of the table in the dataset.
  var target: String
  /// Every column that a staged file may have; column n is `cn` there, so that no odd name meets a file's schema.
  var columns: [ColumnSchema]
  /// The folder of the staged rows.
  var rows: String
  /// The folder of the numbers of rows that later ones replaced; nil where none was.
  var superseded: String?
  var hasUpserts = true
  var hasDeletes = false
  /// Of `columns`: those of which a row may say that the table keeps what it has.
  var kept: [Int] = []
  /// Of `columns`: those that were dropped within the package, and whose name another column has now.
  var gone: Set<Int> = []
  /// Names of columns that the source once had: null in every row that is written now.
  var former: [String] = []
  /// Of a load: rows that stay; nil: none.
  var history: StagedHistory?
  /// What happens to columns of the table before rows come; columns that it lacks are added then.
  var moves: [ColumnMove] = []
  /// Between which values the keys (for `append`: `_cdc_lsn`) lie.
  var bounds: [StagedBound] = []

  init(
    action: Action, table: TableSchema, sourceKey: [Int]? = nil, target: String, columns: [ColumnSchema],
    rows: String
  ) {
    self.action = action
    self.table = table
    self.sourceKey = sourceKey ?? table.key
    self.target = target
    self.columns = columns
    self.rows = rows
  }

  /// As `_cdc_schema` has it.
  var source: TableSchema {
    var source = table
    source.key = sourceKey
    return source
  }

  /// Every shape, in order.
  var shapes: [StagedShape] { earlier + [StagedShape(source: source, position: position)] }

  /// Takes the shapes that the delivery has met, the last of which is the table's.
  mutating func take(_ shapes: [StagedShape]) {
    position = shapes.last?.position
    earlier = Array(shapes.dropLast())
  }

  /// The columns that the table has, in the staged order.
  var liveColumns: [ColumnSchema] { livePlaces.map { columns[$0] } }
  var livePlaces: [Int] { columns.indices.filter { !gone.contains($0) } }
}

/// A shape of the source's table, as `_cdc_schema` has it.
struct StagedShape: Sendable, Hashable {
  var source: TableSchema
  /// Of the first change in this shape; nil where it is the shape from the delivery's beginning on, or no change tells.
  var position: LSN?
}

/// Literals, as SQL writes them: parameters would not let files be skipped.
struct StagedBound: Sendable, Hashable {
  var column: String
  var least: String
  var greatest: String
}

extension StagedTable {
  /// Of a merge's files: what a row is, its number, and a bit for each kept column.
  static let operation = "_op"
  static let sequence = "_seq"

  static func mask(_ word: Int) -> String { "_m\(word)" }
  static let bitsPerMask = 64

  var isMerge: Bool { action == .merge }

  /// The staged column of that name, as Databricks compares names.
  func place(of name: String) -> Int? {
    let lowered = name.lowercased()
    return livePlaces.first { columns[$0].name.lowercased() == lowered }
  }

  /// `s.c3`, as a value of the table's column.
  func staged(_ column: Int) -> String {
    columns[column].type == .variant ? "parse_json(s.c\(column))" : "s.c\(column)"
  }
}
