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
    guard let changes = changes.skipping(before: context.position) else { return }
    let shape = try take(changes.table)
    guard var index else { return }
    self.index = nil
    let compacted = try index.compact(changes, firstRow: nextRow)
    self.index = index
    struck += compacted.superseded
    var rows = compacted.rows(of: changes)
    if !compacted.holders.isEmpty {
      rows = try await filled(rows, compacted, shape)
    }
    try fileWriter(shape).write(shape.arrange(rows), rowCount: rows.rowCount)
  }

  func truncate(_ table: TableSchema, _ transaction: TransactionRun) throws {
    guard transaction.commitLSN >= context.position else { return }
    _ = try take(table)
    let next = nextRow
    for writer in writers { writer.abandon() }
    earlier = []
    writer = shape.map { context.writer($0, firstRow: next) }
    index = KeyIndex(table)
    struck = []
    matches = []
    located = 0
    isTruncated = true
  }

  func rest() throws { try writer?.closeFile() }

  func abandon() {
    for writer in writers { writer.abandon() }
    earlier = []
    writer = nil
  }

  /// Goes on with the source's table as it is now.
  private func take(_ table: TableSchema) throws -> TableShape {
    if let shape, shape.source == table { return shape }
    let new = try context.shape(table, after: shape?.metadata ?? base?.metadata)
    if let shape, shape.source.keyColumns.map(\.name) != table.keyColumns.map(\.name), index?.count ?? 0 > 0 {
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
    let lookup = try KeyLookup(
      context.table, base, key: shape.source.keyColumns, probe: KeyProbe(index, entries: entries),
      bounds: KeyBounds(index, entries: entries, table: shape.source), tasks: context.options.lookupTasks)
    matches += try await lookup.find()
    located = entries.upperBound
  }

  /// Reads the values that stay unchanged from whoever has them.
  private func filled(
    _ rows: RowBatch, _ compacted: CompactedChanges, _ shape: TableShape
  ) async throws -> RowBatch {
    if compacted.holders.values.contains(where: { if case .destination = $0 { true } else { false } }) {
      try await locate()
    }
    if compacted.holders.values.contains(where: { if case .packageRow = $0 { true } else { false } }) {
      try writer?.closeFile()
    }
    let slots = compacted.holders.keys.sorted()
    let places = RowPlaces(matches: matches, files: writers.flatMap(\.finished), wanted: compacted.holders)
    let fetch = RowFetch(
      readers: try places.files.reduce(into: [:]) { readers, file in
        readers[file] =
          try file.hasPrefix("/") && !(base?.file(at: file) != nil)
          ? ParquetFileReader(path: file) : context.table.reader(of: file)
      })
    let wanted = compacted.unchanged.indices.filter { !compacted.unchanged[$0].isEmpty }
    let fetched = try fetch.read(
      wanted.map { column in
        let place = shape.deltaColumn(ofSource: column) ?? 0
        return (shape.parquetColumns[place].name, shape.types[place])
      }, at: slots.map { compacted.holders[$0].flatMap(places.place) })
    var slotOf: [Int32: Int32] = [:]
    for (slot, position) in slots.enumerated() { slotOf[position] = Int32(slot) }
    var columns = rows.columns
    for (column, values) in zip(wanted, fetched) {
      var picks = Array(0..<Int32(rows.rowCount))
      for position in compacted.unchanged[column] {
        if let slot = slotOf[position] { picks[Int(position)] = Int32(rows.rowCount) + slot }
      }
      columns[column] = ColumnVector(
        concatenating: [columns[column], values], of: rows.table.columns[column].type
      ).gather(picks)
    }
    return RowBatch(table: rows.table, rowCount: rows.rowCount, columns: columns)
  }
}

/// Where the holders of unchanged values lie.
private struct RowPlaces {
  private var byEntry: [Int32: RowFetch.Place] = [:]
  private let packageFiles: [TableFile]
  private(set) var files: Set<String> = []

  init(matches: [FileMatches], files packageFiles: [TableFile], wanted: [Int32: CompactedChanges.Holder]) {
    self.packageFiles = packageFiles.sorted { $0.firstRow < $1.firstRow }
    var entries: Set<Int32> = []
    for case .destination(let entry) in wanted.values { entries.insert(entry) }
    if !entries.isEmpty {
      for found in matches {
        for (row, entry) in zip(found.matches.rows, found.matches.entries) where entries.contains(entry) {
          byEntry[entry] = RowFetch.Place(file: found.file.path, row: Int64(row))
        }
      }
    }
    files = Set(byEntry.values.map(\.file))
    for case .packageRow(let row) in wanted.values {
      if let file = file(of: row) { files.insert(file.path) }
    }
  }

  private func file(of row: Int64) -> TableFile? {
    packageFiles.last { $0.firstRow <= row }.flatMap { $0.rows.contains(row) ? $0 : nil }
  }

  func place(_ holder: CompactedChanges.Holder) -> RowFetch.Place? {
    switch holder {
    case .destination(let entry): byEntry[entry]
    case .packageRow(let row):
      file(of: row).map { RowFetch.Place(file: $0.path, row: row - $0.firstRow) }
    case .nobody: nil
    }
  }
}
