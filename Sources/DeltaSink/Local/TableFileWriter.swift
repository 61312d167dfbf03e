import CDCCore

/// Writes rows of one table to data files: a batch is a row group, a file is closed at the target size.
///
/// Files have a hidden name until `publish`, so that what a dead process leaves is known by its name and removed by
/// the next `open`. One caller at a time.
final class TableFileWriter {
  let store: FileLogStore
  let shape: TableShape
  private let options: LocalDeltaOptions
  private let prefix: String
  private var open: ParquetFileWriter?
  private(set) var finished: [TableFile] = []
  /// The number that the next row gets.
  private(set) var nextRow: Int64

  /// - Parameter firstRow: the number that the first row gets.
  init(
    store: FileLogStore, shape: TableShape, options: LocalDeltaOptions, pipeline: String, firstRow: Int64 = 0
  ) {
    nextRow = firstRow
    self.store = store
    self.shape = shape
    self.options = options
    prefix = LakeLayout.unfinishedPrefix(pipeline: pipeline)
  }

  func write(_ columns: [ColumnVector], rowCount count: Int) throws {
    guard count > 0 else { return }
    let writer = try open ?? begin()
    open = writer
    try writer.write(columns, rowCount: count)
    nextRow += Int64(count)
    if writer.byteCount >= options.targetFileBytes { try closeFile() }
  }

  private func begin() throws -> ParquetFileWriter {
    try store.createFolders()
    return try ParquetFileWriter(
      path: "\(store.tablePath)/\(prefix)\(UniqueName()).parquet", columns: shape.parquetColumns,
      options: options.parquet)
  }

  /// Ends the open file, on disk. What was written can be read from `finished` then.
  func closeFile() throws {
    guard let writer = open else { return }
    open = nil
    let first = nextRow - writer.rowCount
    finished.append(TableFile(summary: try writer.close(sync: true), firstRow: first))
  }

  /// Gives the finished files their names in the table; a commit may name them then. They are as young as this, so that
  /// `vacuum` leaves them until they are committed.
  func publish() throws {
    try closeFile()
    var moved = false
    for index in finished.indices where finished[index].name == nil {
      let name = "part-\(UniqueName()).zstd.parquet"
      try PosixFile.touch(finished[index].path)
      try PosixFile.move(finished[index].path, to: "\(store.tablePath)/\(name)")
      finished[index].name = name
      moved = true
    }
    if moved { try PosixDirectory.sync(store.tablePath) }
  }

  /// Removes all files.
  func abandon() {
    open?.abandon()
    open = nil
    for file in finished { file.remove(from: store) }
    finished = []
  }

  func action(for file: TableFile, at time: Int64, dataChange: Bool = true) -> AddFile {
    AddFile(
      path: file.name ?? file.path, summary: file.summary, schema: shape.metadata.schema, time: time,
      dataChange: dataChange)
  }
}

/// A finished data file that is not in the table yet.
struct TableFile: Sendable {
  let summary: ParquetFileSummary
  /// The number that its row 0 has among all rows of its writer.
  let firstRow: Int64
  /// Relative to the table, once published.
  var name: String?

  var path: String { summary.path }
  var rows: Range<Int64> { firstRow..<(firstRow + summary.rowCount) }

  func remove(from store: FileLogStore) {
    _ = try? PosixFile.remove(name.map { "\(store.tablePath)/\($0)" } ?? path)
  }
}
