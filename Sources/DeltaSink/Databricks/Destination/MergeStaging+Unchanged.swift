import CDCCore

/// Values of a staged row that the table keeps as it has them, under the row's own key.
struct KeptValues: Sendable {
  /// The key's entry in the index.
  var entry: Int32
  /// Places of staged columns.
  var columns: Set<Int>
}

/// Values that the log did not carry. Under an unchanged key the MERGE keeps what the table has, and is refused where that is
/// no row. A value that lies under another key, or in an earlier part of the package, is fetched before anything is sealed: once
/// a first attempt has moved rows, a second one would not find it there.
extension MergeStaging {
  /// Rows whose missing values are in memory at a time: those of a table may be far wider than what the log carried.
  static var resolvedAtOnce: Int { 10_000 }

  /// - Parameters:
  ///   - rows: those of the upserts in `range`.
  ///   - batch: where the upserts come from.
  /// - Returns: the rows with what could be fetched, and by row the staged columns that the table keeps.
  /// - Throws: `UnsyncedTables` where nobody has a value.
  func resolve(
    _ rows: RowBatch, _ range: Range<Int32>, _ compacted: CompactedChanges, _ batch: ChangeBatch
  ) async throws -> (RowBatch, [Int32: [Int]]) {
    try requireHolders(compacted)
    var masks: [Int32: [Int]] = [:]
    var fromPackage: [Missing<Int64>] = []
    var fromTable: [Missing<KeySource>] = []
    for (column, positions) in compacted.unchanged.enumerated() {
      let place = places[column]
      for position in positions where range.contains(position) {
        let row = position - range.lowerBound
        switch source(of: position, place, compacted) {
        case .table: masks[row, default: []].append(place)
        case .package(let number): fromPackage.append(Missing(column: column, row: row, source: number))
        case .tableUnder(let key): fromTable.append(Missing(column: column, row: row, source: key))
        case .nobody: continue
        }
      }
    }
    if fromPackage.isEmpty && fromTable.isEmpty { return (rows, masks) }
    var filled = rows.columns
    let needsParts =
      !fromPackage.isEmpty || fromTable.contains { if case .package = $0.source { true } else { false } }
    if needsParts { try await closePart() }
    try fill(&filled, fromPackage, rows.table)
    try await fill(&filled, fromTable, rows.table, batch)
    return (RowBatch(table: rows.table, rowCount: rows.rowCount, columns: filled), masks)
  }

  /// Neither the package nor the table has the row: it was removed before, or all rows were.
  private func requireHolders(_ compacted: CompactedChanges) throws {
    let isLacking = compacted.holders.values.contains { holder in
      switch holder {
      case .nobody: true
      case .destination: isTruncated
      case .packageRow: false
      }
    }
    if isLacking { try requireRow() }
  }

  /// - Throws: `UnsyncedTables`, unless the table is one in which such a value is null.
  private func requireRow() throws {
    if let shape, !shape.hasPast { throw UnsyncedTables(lackingRowOf: shape.name) }
  }

  /// Where a value is that a change did not carry.
  private enum ValueSource {
    /// In the table, under the row's own key.
    case table
    case tableUnder(KeySource)
    /// In the row of this number, staged before.
    case package(Int64)
    case nobody
  }

  /// Which row carries the key under which the table has a value.
  private enum KeySource: Hashable {
    /// Of the batch at hand.
    case batch(Int32)
    /// Of an earlier part.
    case package(Int64)
  }

  /// A value of a row that is to be had elsewhere.
  private struct Missing<Source> {
    var column: Int
    var row: Int32
    var source: Source
  }

  private func source(of position: Int32, _ place: Int, _ compacted: CompactedChanges) -> ValueSource {
    let entry = compacted.entries[Int(position)]
    switch compacted.holders[position] {
    case .destination(let holder)?:
      if isTruncated { return .nobody }
      if holder == entry { return .table }
      return compacted.holderRows[position].map { .tableUnder(.batch($0)) } ?? .nobody
    case .packageRow(let number)?:
      guard let kept = kept[number], kept.columns.contains(place) else { return .package(number) }
      return kept.entry == entry ? .table : .tableUnder(.package(number))
    case .nobody?, nil: return .nobody
    }
  }

  // MARK: From earlier parts

  private func fill(
    _ filled: inout [ColumnVector], _ missing: [Missing<Int64>], _ table: TableSchema
  ) throws {
    for (column, items) in Dictionary(grouping: missing, by: \.column) {
      let type = table.columns[column].type
      let values = try packageValues(items.map(\.source), [("c\(places[column])", type)])[0]
      put(values, items.map(\.row), into: &filled[column], type)
    }
  }

  /// Columns of rows of this package, in the order of the numbers; from the local files of parts that are closed.
  private func packageValues(
    _ numbers: [Int64], _ columns: [(name: String, type: ColumnType)]
  ) throws -> [ColumnVector] {
    let parts = parts
    var places: [RowFetch.Place] = []
    for number in numbers {
      guard let part = parts.last(where: { $0.firstRow <= number && number < $0.firstRow + $0.rowCount })
      else {
        throw DeltaError(.notFound, "A staged row is not in any staged file.", isRetryable: true)
      }
      places.append(RowFetch.Place(file: part.path, row: number - part.firstRow))
    }
    let order = places.indices.sorted { places[$0] < places[$1] }
    var readers: [String: ParquetFileReader] = [:]
    for place in places where readers[place.file] == nil {
      readers[place.file] = try ParquetFileReader(path: place.file)
    }
    var found = columns.map { _ in [ColumnVector]() }
    try RowFetch(columns: columns, readers: readers).forEachRun(order.map { places[$0] }) { _, vectors in
      for (index, vector) in vectors.enumerated() { found[index].append(vector) }
    }
    var back = [Int32](repeating: 0, count: order.count)
    for (rank, position) in order.enumerated() { back[position] = Int32(rank) }
    return zip(found, columns).map { ColumnVector(concatenating: $0, of: $1.type).gather(back) }
  }

  // MARK: From the table

  private func fill(
    _ filled: inout [ColumnVector], _ missing: [Missing<KeySource>], _ table: TableSchema,
    _ batch: ChangeBatch
  ) async throws {
    if missing.isEmpty { return }
    guard let held = try await context.run.columns(of: context.target) else { return try requireRow() }
    // The table has the names that it had before the package. A column that it does not have yet is null in all its rows.
    let names = ShapeChange(held, to: table.columns).heldNames
    let present = zip(table.columns, names).map { column, name in
      name.map { ColumnSchema(name: $0, type: column.type) }
    }
    let wanted = Set(missing.map(\.column)).sorted().filter { present[$0] != nil }
    let key = table.key.compactMap { present[$0] }
    guard key.count == table.key.count else { return try requireRow() }
    let (keys, numbers) = try keys(of: missing, table, batch)
    let values = try await tableValues(wanted.compactMap { present[$0] }, key, keys)
    for (index, column) in wanted.enumerated() {
      let items = missing.filter { $0.column == column }
      let picked = values[index].gather(items.map { numbers[$0.source] ?? -1 })
      put(picked, items.map(\.row), into: &filled[column], table.columns[column].type)
    }
  }

  /// The key columns of all sources, each once, and which row of them is whose.
  private func keys(
    of missing: [Missing<KeySource>], _ table: TableSchema, _ batch: ChangeBatch
  ) throws -> ([ColumnVector], [KeySource: Int32]) {
    var batchRows: [Int32] = []
    var packageRows: [Int64] = []
    var numbers: [KeySource: Int32] = [:]
    for source in Set(missing.map(\.source)) {
      switch source {
      case .batch(let row):
        numbers[source] = Int32(batchRows.count)
        batchRows.append(row)
      case .package(let row):
        numbers[source] = Int32(packageRows.count)
        packageRows.append(row)
      }
    }
    for row in packageRows { numbers[.package(row)]? += Int32(batchRows.count) }
    let columns = table.key.map { ("c\(places[$0])", table.columns[$0].type) }
    let fromPackage = packageRows.isEmpty ? nil : try packageValues(packageRows, columns)
    let vectors = table.key.enumerated().map { index, column in
      ColumnVector(
        concatenating: [batch.rows.columns[column].gather(batchRows)]
          + (fromPackage.map { [$0[index]] } ?? []),
        of: table.columns[column].type)
    }
    return (vectors, numbers)
  }

  /// Columns of the table's rows with these keys, in their order. The keys travel in a file of their own.
  private func tableValues(
    _ columns: [ColumnSchema], _ key: [ColumnSchema], _ keys: [ColumnVector]
  ) async throws -> [ColumnVector] {
    let session = context.run.session
    let count = keys.first?.count ?? 0
    let folder = newLookupFolder()
    let writer = PartWriter(
      context.staging,
      columns: [ParquetColumn(name: "number", type: .long)]
        + key.enumerated().map { ParquetColumn(name: "k\($0)", type: $1.type) }, folder: folder, name: "keys")
    try await writer.write(
      [ColumnVector(count: count, values: .int64((0..<Int64(count)).map { $0 }))] + keys, rowCount: count)
    try await writer.close()
    try await context.staging.uploads.finish()
    var rowOfKey = [Int32](repeating: -1, count: count)
    var found: Int32 = 0
    var texts = columns.map { _ in [String?]() }
    let statement = ReadStatements(layout: session.layout)
      .values(of: columns, in: context.target, key: key, keysIn: folder)
    try await session.warehouse.rows(statement) { rows in
      for row in rows {
        guard row.count == columns.count + 1, let number = row[0].flatMap({ Int($0) }),
          rowOfKey.indices.contains(number)
        else { throw DatabricksError(.invalidAnswer, "A query's result has other columns than asked for.") }
        rowOfKey[number] = found
        found += 1
        for index in columns.indices { texts[index].append(row[index + 1]) }
      }
    }
    if rowOfKey.contains(-1) { try requireRow() }
    return try zip(texts, columns).map { try ExactTextDecoder.vector($0, $1.type).gather(rowOfKey) }
  }

  /// Puts values in the place of what the vector has in these rows.
  private func put(
    _ values: ColumnVector, _ places: [Int32], into vector: inout ColumnVector, _ type: ColumnType
  ) {
    var rows = (0..<Int32(vector.count)).map { $0 }
    let base = Int32(vector.count)
    for (offset, place) in places.enumerated() { rows[Int(place)] = base + Int32(offset) }
    vector = ColumnVector(concatenating: [vector, values], of: type).gather(rows)
  }
}
