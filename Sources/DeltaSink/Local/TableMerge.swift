import CDCCore

/// Merges a package's changes into one table.
///
/// Rows go to new files as their batch comes; in memory stays the index of keys alone, so a transaction may be larger
/// than memory. What a later batch supersedes is struck out of the new files at the end.
actor TableMerge: PackageTable {
  let context: PackageContext
  /// The table that the package is put onto; moves on where a race is lost.
  var base: DeltaSnapshot?
  /// Nil until the first change.
  var shape: TableShape?
  var index: KeyIndex?
  private var writer: TableFileWriter?
  /// Finished files of earlier shapes.
  private var earlier: [TableFileWriter] = []
  /// Numbers of rows, written by this package, that must not be seen.
  var struck: [Int64] = []
  var isTruncated = false
  /// A commit that names our files may be there: from now on they are not ours to remove.
  var isSubmitted = false
  /// Readers of finished files, where values were looked for in them.
  var ownReaders: [String: ParquetFileReader] = [:]
  /// Where the destination holds the keys of the entries below `located`.
  var matches: [FileMatches] = []
  var located = 0

  init(_ context: PackageContext) {
    self.context = context
    base = context.snapshot
  }

  var writers: [TableFileWriter] { earlier + [writer].compactMap(\.self) }
  private var nextRow: Int64 { writer?.nextRow ?? earlier.last?.nextRow ?? 0 }

  func write(_ changes: ChangeBatch) async throws {
    if changes.rowCount == 0 { _ = try take(changes.table) }
    guard let changes = changes.skipping(before: context.position) else { return }
    let shape = try take(changes.table)
    guard var index else { return }
    self.index = nil
    let compacted = try index.compact(changes, firstRow: nextRow)
    self.index = index
    struck += compacted.superseded
    let rows = compacted.rows(of: changes)
    let writer = fileWriter(shape)
    if compacted.holders.isEmpty {
      try writer.write(shape.arrange(rows), rowCount: rows.rowCount)
    } else {
      try await writeFilled(rows, compacted, shape, writer)
    }
  }

  func truncate(_ table: TableSchema, _ transaction: TransactionRun) throws {
    guard transaction.commitLSN >= context.position else { return }
    _ = try take(table)
    let next = nextRow
    for writer in writers { writer.abandon() }
    earlier = []
    ownReaders = [:]
    writer = shape.map { context.writer($0, firstRow: next) }
    index = KeyIndex(table)
    struck = []
    matches = []
    located = 0
    isTruncated = true
  }

  func rest() throws { try writer?.closeFile() }

  func abandon() {
    if isSubmitted { return }
    for writer in writers { writer.abandon() }
    earlier = []
    ownReaders = [:]
    writer = nil
  }

  /// Goes on with the source's table as it is now.
  private func take(_ table: TableSchema) throws -> TableShape {
    if let shape, shape.source == table { return shape }
    let new = try context.shape(table, after: shape?.metadata ?? base?.metadata)
    if let shape, shape.keyNames != new.keyNames, index?.count ?? 0 > 0 {
      throw CDCError(
        .schemaContract,
        "The table's key changed in the midst of a package. Load the table again: "
          + "cdc run --mode full_load --tables '\(table.name)'.", table: table.name)
    }
    try writer?.closeFile()
    if let writer, !writer.finished.isEmpty { earlier.append(writer) }
    writer = context.writer(new, firstRow: nextRow)
    if index == nil { index = KeyIndex(table) }
    shape = new
    return new
  }

  private func fileWriter(_ shape: TableShape) -> TableFileWriter {
    if let writer { return writer }
    let new = context.writer(shape, firstRow: nextRow)
    writer = new
    return new
  }

  /// Looks for the keys that are new since the last look.
  func locate() async throws {
    guard let index, let shape, let base, !isTruncated, located < index.count else { return }
    let entries = located..<index.count
    let lookup = KeyLookup(
      context.table, base, names: shape.keyNames, probe: KeyProbe(index, entries: entries),
      bounds: KeyBounds(index, entries: entries, table: shape.source), tasks: context.options.lookupTasks)
    matches += try await lookup.find()
    located = entries.upperBound
  }
}
