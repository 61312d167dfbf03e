import CDCCore

/// Rows with values that the log did not carry: they are read from whoever holds them.
extension TableMerge {
  /// Writes the rows of a batch in the order in which their missing values lie in files, so that each row group is read
  /// once and memory holds one of them at a time, however large the values are.
  func writeFilled(
    _ rows: RowBatch, _ compacted: CompactedChanges, _ shape: TableShape, _ writer: TableFileWriter
  ) async throws {
    if compacted.holders.values.contains(where: { if case .destination = $0 { true } else { false } }) {
      try await locate()
    }
    if compacted.holders.values.contains(where: { if case .packageRow = $0 { true } else { false } }) {
      try writer.closeFile()
    }
    let firstRow = writer.nextRow
    let places = RowPlaces(matches: matches, files: writers.flatMap(\.finished), wanted: compacted.holders)
    try requireHeld(compacted, places, shape)
    var plain: [Int32] = []
    var missing: [(position: Int32, place: RowFetch.Place)] = []
    for position in 0..<Int32(rows.rowCount) {
      if let place = compacted.holders[position].flatMap(places.place) {
        missing.append((position, place))
      } else {
        plain.append(position)
      }
    }
    missing.sort { $0.place < $1.place }
    try writer.write(shape.arrange(rows.gather(plain)), rowCount: plain.count)
    var filler = RowFiller(rows, compacted, shape, missing.map(\.position))
    let fetch = RowFetch(columns: filler.fetched, readers: try readers(of: places.files))
    try fetch.forEachRun(missing.map(\.place)) { run, values in
      if let filled = filler.add(run, values) {
        try writer.write(shape.arrange(filled), rowCount: filled.rowCount)
      }
    }
    if let filled = filler.rest() { try writer.write(shape.arrange(filled), rowCount: filled.rowCount) }
    let order = plain + missing.map(\.position)
    index?.place(order.map { compacted.entries[Int($0)] }, from: firstRow)
  }

  /// A row that was passed over when it came (its origin is ignored) and is changed now: nobody has what the change left as it was.
  private func requireHeld(
    _ compacted: CompactedChanges, _ places: RowPlaces, _ shape: TableShape
  ) throws {
    if shape.source.hasPast { return }
    if compacted.holders.values.contains(where: { places.place($0) == nil }) {
      throw UnsyncedTables(lackingRowOf: shape.source.name)
    }
  }

  private func readers(of files: Set<String>) throws -> [String: ParquetFileReader] {
    try files.reduce(into: [:]) { readers, file in
      readers[file] =
        try base?.file(at: file) != nil ? context.table.reader(of: file) : ownReader(of: file)
    }
  }

  /// A large transaction looks into its own files with every batch: their footers are read once.
  private func ownReader(of file: String) throws -> ParquetFileReader {
    if let known = ownReaders[file] { return known }
    let reader = try ParquetFileReader(path: file)
    // Each holds a descriptor.
    if ownReaders.count >= 128 { ownReaders = [:] }
    ownReaders[file] = reader
    return reader
  }
}

/// Puts fetched values into rows, a few megabytes at a time.
private struct RowFiller {
  private let rows: RowBatch
  private let positions: [Int32]
  /// The source's columns that miss values, and by row of the batch whether it does.
  private let columns: [Int]
  private let isMissing: [[Bool]]
  let fetched: [(name: String, type: ColumnType)]
  private var start = 0
  private var end = 0
  private var parts: [[ColumnVector]]
  private var byteCount = 0

  private static let byteLimit = 8 << 20

  init(_ rows: RowBatch, _ compacted: CompactedChanges, _ shape: TableShape, _ positions: [Int32]) {
    self.rows = rows
    self.positions = positions
    columns = compacted.unchanged.indices.filter { !compacted.unchanged[$0].isEmpty }
    isMissing = columns.map { column in
      var flags = [Bool](repeating: false, count: rows.rowCount)
      for position in compacted.unchanged[column] { flags[Int(position)] = true }
      return flags
    }
    fetched = columns.map { column in
      let place = shape.deltaColumn(ofSource: column) ?? 0
      return (shape.parquetColumns[place].name, shape.types[place])
    }
    parts = columns.map { _ in [] }
  }

  /// - Returns: rows to be written, once there are enough of them.
  mutating func add(_ run: Range<Int>, _ values: [ColumnVector]) -> RowBatch? {
    for (index, vector) in values.enumerated() {
      parts[index].append(vector)
      byteCount += vector.byteCount
    }
    end = run.upperBound
    return byteCount >= Self.byteLimit ? rest() : nil
  }

  mutating func rest() -> RowBatch? {
    guard start < end else { return nil }
    let chosen = Array(positions[start..<end])
    var vectors = rows.columns.map { $0.gather(chosen) }
    let count = Int32(chosen.count)
    for (index, column) in columns.enumerated() {
      let type = rows.table.columns[column].type
      let values = ColumnVector(concatenating: [vectors[column]] + parts[index], of: type)
      vectors[column] = values.gather(
        chosen.enumerated().map { offset, position in
          Int32(offset) + (isMissing[index][Int(position)] ? count : 0)
        })
    }
    start = end
    parts = columns.map { _ in [] }
    byteCount = 0
    return RowBatch(table: rows.table, rowCount: chosen.count, columns: vectors)
  }
}

/// Where the holders of unchanged values lie.
struct RowPlaces {
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

  /// By binary search: a package may have thousands of files.
  private func file(of row: Int64) -> TableFile? {
    var low = 0
    var high = packageFiles.count
    while low < high {
      let middle = (low + high) / 2
      if packageFiles[middle].rows.upperBound <= row { low = middle + 1 } else { high = middle }
    }
    return low < packageFiles.count && packageFiles[low].rows.contains(row) ? packageFiles[low] : nil
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
