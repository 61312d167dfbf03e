import CDCCore

/// Stages a package's changes of one table by key: the last change of a key wins.
///
/// Rows go to parts as their batch comes; in memory stays the index of keys, so a transaction may be larger than memory.
/// A row that a later batch replaces is struck by its number at the end. What is sealed are final values: only where a row keeps
/// its key may a value say "as the table has it" (see `MergeStaging+Unchanged`).
actor MergeStaging: TableStaging {
  let context: TableStagingContext
  var columns = StagedColumns()
  var shape: TableSchema?
  private var shapes: [StagedShape] = []
  /// By column of the shape: its place among the staged ones.
  var places: [Int] = []
  var index: KeyIndex?
  var isTruncated = false
  /// By number of a row: what it leaves to the table.
  var kept: [Int64: KeptValues] = [:]
  var keptColumns: Set<Int> = []
  private var writers: [PartWriter] = []
  private var superseded: [Int64] = []
  private var lookups = 0
  private var removed: [RemovedKeys] = []
  private var range: KeyRange?

  /// Keys whose row a batch removed.
  private struct RemovedKeys: Sendable {
    var entries: [Int32]
    /// The key's columns.
    var columns: [ColumnVector]
  }

  init(_ context: TableStagingContext) { self.context = context }

  private var nextRow: Int64 { writers.last?.nextRow ?? 0 }
  var parts: [PartWriter.Part] { writers.flatMap(\.parts) }

  func write(_ changes: ChangeBatch) async throws {
    if changes.rowCount == 0 { try await take(changes.table) }
    guard let changes = changes.skipping(before: context.position) else { return }
    try await take(changes.table, at: changes.positions.first)
    guard var index else { return }
    self.index = nil
    let firstRow = nextRow
    let compacted = try index.compact(changes, firstRow: firstRow)
    self.index = index
    superseded += compacted.superseded
    let rows = compacted.rows(of: changes)
    range?.add(changes.table.key.map { rows.columns[$0] })
    if compacted.holders.isEmpty {
      try await put(rows, firstRow, [:])
    } else {
      let count = Int32(rows.rowCount)
      for start in stride(from: 0, to: count, by: Self.resolvedAtOnce) {
        let part = start..<min(start + Int32(Self.resolvedAtOnce), count)
        let slice = part.count == rows.rowCount ? rows : rows.gather(Array(part))
        let (filled, masks) = try await resolve(slice, part, compacted, changes)
        for (row, columns) in masks {
          let entry = compacted.entries[Int(start + row)]
          kept[firstRow + Int64(start + row)] = KeptValues(entry: entry, columns: Set(columns))
          keptColumns.formUnion(columns)
        }
        try await put(filled, firstRow + Int64(start), masks)
      }
    }
    for row in compacted.superseded { kept[row] = nil }
    if !compacted.removals.isEmpty && !isTruncated {
      let keys = changes.table.key.map { changes.rows.columns[$0].gather(compacted.removals) }
      removed.append(RemovedKeys(entries: compacted.removedEntries, columns: keys))
      range?.add(keys)
    }
  }

  private func put(_ rows: RowBatch, _ firstRow: Int64, _ masks: [Int32: [Int]]) async throws {
    try await writers.last?.write(
      rows.columns + marks(rows.rowCount, firstRow, masks), rowCount: rows.rowCount)
  }

  func truncate(_ table: TableSchema, _ transaction: TransactionRun) async throws {
    guard transaction.commitLSN >= context.position else { return }
    try await take(table)
    // Parts may be in the volume already: their rows are struck, so numbers go on.
    let before = index
    index = KeyIndex(table)
    if let before { superseded += before.liveRows }
    kept = [:]
    removed = []
    isTruncated = true
  }

  func rest() async throws { try await writers.last?.close() }

  func removeFiles() {
    for writer in writers { writer.removeFiles() }
    writers = []
  }

  /// Goes on with the source's table as it is now.
  ///
  /// - Parameter position: of the first change in this shape, where one is known.
  private func take(_ table: TableSchema, at position: LSN? = nil) async throws {
    if shape == table { return }
    let keyPlaces = shape?.key.map { places[$0] }
    try await context.requireFitting(table)
    places = try columns.take(table)
    if let keyPlaces, keyPlaces != table.key.map({ places[$0] }), index?.count ?? 0 > 0 {
      throw CDCError(
        .schemaContract,
        "The table's key changed in the midst of a package. Load the table again: "
          + "cdc run --mode full_load --tables '\(table.name)'.", table: table.name)
    }
    let firstRow = nextRow
    try await writers.last?.close()
    writers.append(
      PartWriter(
        context.staging, columns: parquetColumns(table), folder: context.rowsFolder,
        name: "part-\(writers.count)", keepsFiles: true, firstRow: firstRow))
    if index?.count ?? 0 == 0 {
      index = KeyIndex(table)
      range = KeyRange(table.keyColumns)
    }
    shape = table
    shapes.append(StagedShape(source: table, position: position))
  }

  func closePart() async throws { try await writers.last?.close() }

  func newLookupFolder() -> String {
    lookups += 1
    return "\(context.folder)/lookup-\(lookups)"
  }
}

/// What goes into the files.
extension MergeStaging {
  private func parquetColumns(_ table: TableSchema) -> [ParquetColumn] {
    zip(table.columns, places).map { ParquetColumn(name: "c\($1)", type: $0.type) }
      + [
        ParquetColumn(name: StagedTable.operation, type: .string),
        ParquetColumn(name: StagedTable.sequence, type: .long),
      ] + (0..<maskCount).map { ParquetColumn(name: StagedTable.mask($0), type: .long) }
  }

  /// A bit for each column that there is when the part begins.
  private var maskCount: Int {
    (columns.columns.count + StagedTable.bitsPerMask - 1) / StagedTable.bitsPerMask
  }

  /// The operation, the number and the masks of rows to put.
  private func marks(_ count: Int, _ firstRow: Int64, _ masks: [Int32: [Int]]) -> [ColumnVector] {
    var words = [[Int64]](repeating: [Int64](repeating: 0, count: count), count: maskCount)
    for (position, columns) in masks {
      for column in columns {
        let (word, bit) = column.quotientAndRemainder(dividingBy: StagedTable.bitsPerMask)
        words[word][Int(position)] |= 1 << Int64(bit)
      }
    }
    let numbers = (0..<Int64(count)).map { firstRow + $0 }
    return [Self.constant("u", count), ColumnVector(count: count, values: .int64(numbers))]
      + words.map { ColumnVector(count: count, values: .int64($0)) }
  }

  private static func constant(_ text: String, _ count: Int) -> ColumnVector {
    var strings = ByteStrings()
    for _ in 0..<count { strings.append(text.utf8) }
    return ColumnVector(count: count, values: .bytes(strings))
  }

  func seal() async throws -> StagedTable? {
    guard let index, let shape else { return nil }
    let deletes = isTruncated ? 0 : try await writeDeletes(index, shape)
    let upserts = index.count - index.removedCount
    var staged = StagedTable(
      action: .merge, table: shape, target: context.target, columns: columns.columns,
      rows: context.rowsFolder)
    staged.take(shapes)
    staged.hasUpserts = upserts > 0
    staged.hasDeletes = deletes > 0
    staged.kept = keptColumns.sorted()
    staged.bounds = range?.bounds(named: shape.keyColumns.map(\.name)) ?? []
    if isTruncated {
      staged.action = .overwrite
      staged.bounds = []
      try await writers.last?.closeWithSomePart()
    } else {
      try await writers.last?.close()
      if upserts + deletes == 0 { staged.action = .none }
    }
    if !superseded.isEmpty, staged.action != .none {
      staged.superseded = "\(context.folder)/superseded"
      try await writeSuperseded()
    }
    return try await context.run.evolved(staged, gone: columns.gone)
  }

  /// One row for each key that has no row after the package.
  private func writeDeletes(_ index: KeyIndex, _ shape: TableSchema) async throws -> Int {
    var isWritten = [Bool](repeating: false, count: index.count)
    let writer = PartWriter(
      context.staging,
      columns: shape.key.map { ParquetColumn(name: "c\(places[$0])", type: shape.columns[$0].type) }
        + [
          ParquetColumn(name: StagedTable.operation, type: .string),
          ParquetColumn(name: StagedTable.sequence, type: .long),
        ], folder: context.rowsFolder, name: "deletes", firstRow: nextRow)
    var count = 0
    for keys in removed {
      var rows: [Int32] = []
      for (row, entry) in keys.entries.enumerated()
      where index.isRemoved(Int(entry)) && !isWritten[Int(entry)] {
        isWritten[Int(entry)] = true
        rows.append(Int32(row))
      }
      guard !rows.isEmpty else { continue }
      let numbers = (0..<Int64(rows.count)).map { writer.nextRow + $0 }
      try await writer.write(
        keys.columns.map { $0.gather(rows) }
          + [Self.constant("d", rows.count), ColumnVector(count: rows.count, values: .int64(numbers))],
        rowCount: rows.count)
      count += rows.count
    }
    try await writer.close()
    return count
  }

  private func writeSuperseded() async throws {
    let writer = PartWriter(
      context.staging, columns: [ParquetColumn(name: StagedTable.sequence, type: .long)],
      folder: "\(context.folder)/superseded", name: "part")
    let numbers = superseded.sorted()
    try await writer.write(
      [ColumnVector(count: numbers.count, values: .int64(numbers))], rowCount: numbers.count)
    try await writer.close()
  }
}
