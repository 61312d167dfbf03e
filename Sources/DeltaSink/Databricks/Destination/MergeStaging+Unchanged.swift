import CDCCore

/// Values of a staged row that the table keeps as it has them, under the row's own key.
struct KeptValues: Sendable {
  /// The key's entry in the index.
  var entry: Int32
  /// Places of staged columns.
  var columns: Set<Int>
}

/// Values that the log did not carry. Under an unchanged key the MERGE keeps what the table has. A value that lies under
/// another key, or in an earlier part of the package, is fetched before anything is sealed: once a first attempt has moved
/// rows, a second one would not find it there.
extension MergeStaging {
  /// - Returns: the rows with what could be fetched, and by row the staged columns that the table keeps.
  func resolve(
    _ rows: RowBatch, _ compacted: CompactedChanges, _ batch: ChangeBatch
  ) async throws -> (RowBatch, [Int32: [Int]]) {
    var masks: [Int32: [Int]] = [:]
    var fromPackage: [Missing<Int64>] = []
    var fromTable: [Missing<KeySource>] = []
    for (column, positions) in compacted.unchanged.enumerated() {
      let place = places[column]
      for position in positions {
        let entry = compacted.entries[Int(position)]
        switch compacted.holders[position] {
        case .destination(let holder)?:
          if isTruncated { continue }
          if holder == entry {
            masks[position, default: []].append(place)
          } else if let row = compacted.holderRows[position] {
            fromTable.append(Missing(column: column, position: position, source: .batch(row)))
          }
        case .packageRow(let row)?:
          guard let kept = kept[row], kept.columns.contains(place) else {
            fromPackage.append(Missing(column: column, position: position, source: row))
            continue
          }
          if kept.entry == entry {
            masks[position, default: []].append(place)
          } else {
            fromTable.append(Missing(column: column, position: position, source: .package(row)))
          }
        case .nobody?, nil: continue
        }
      }
    }
    var filled = rows.columns
    if fromPackage.isEmpty && fromTable.isEmpty { return (rows, masks) }
    let needsParts = !fromPackage.isEmpty || fromTable.contains { if case .package = $0.source { true } else { false } }
    if needsParts { try await closePart() }
    try fill(&filled, fromPackage, rows.table)
    try await fill(&filled, fromTable, rows.table, batch)
    return (RowBatch(table: rows.table, rowCount: rows.rowCount, columns: filled), masks)
  }

  /// A value of a row (by its position) that is to be had elsewhere.
  private struct Missing<Source> {
    var column: Int
    var position: Int32
    var source: Source
  }

  /// Which row carries the key under which the table has the value.
  private enum KeySource: Hashable {
    /// Of the batch at hand.
    case batch(Int32)
    /// Of an earlier part.
    case package(Int64)
  }

  // MARK: From earlier parts

  private func fill(
    _ filled: inout [ColumnVector], _ missing: [Missing<Int64>], _ table: TableSchema
  ) throws {
    for (column, items) in Dictionary(grouping: missing, by: \.column) {
      let type = table.columns[column].type
      let values = try packageValues(items.map(\.source), [("c\(places[column])", type)])[0]
      put(values, items.map(\.position), into: &filled[column], type)
    }
  }

  /// Columns of rows of this package, in the order of the numbers; from the local files of parts that are closed.
  private func packageValues(
    _ numbers: [Int64], _ columns: [(name: String, type: ColumnType)]
  ) throws -> [ColumnVector] {
    let parts = parts
    var places: [RowFetch.Place] = []
    for number in numbers {
      guard let part = parts.last(where: { $0.firstRow <= number && number < $0.firstRow + $0.rowCount }) else {
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
    _ filled: inout [ColumnVector], _ missing: [Missing<KeySource>], _ table: TableSchema, _ batch: ChangeBatch
  ) async throws {
    guard !missing.isEmpty, let held = try await context.run.columns(of: context.target) else { return }
    let sources = Array(Set(missing.map(\.source)))
    var keys: [[Value]] = []
    let key = table.keyColumns
    let packageRows = sources.compactMap { if case .package(let row) = $0 { row } else { nil } }
    let packageKeys =
      packageRows.isEmpty
      ? [] : try packageValues(packageRows, table.key.map { ("c\(places[$0])", table.columns[$0].type) })
    for source in sources {
      switch source {
      case .batch(let row): keys.append(table.key.map { batch.rows.columns[$0].value(at: Int(row)) })
      case .package(let row):
        let at = packageRows.firstIndex(of: row) ?? 0
        keys.append(packageKeys.map { $0.value(at: at) })
      }
    }
    // A column that the table does not have yet is null in all its rows.
    let wanted = Set(missing.map(\.column)).sorted().filter { column in
      held.contains { $0.name.lowercased() == table.columns[column].name.lowercased() }
    }
    guard !wanted.isEmpty else { return }
    let values = try await tableValues(wanted.map { table.columns[$0] }, key, keys)
    for (index, column) in wanted.enumerated() {
      let items = missing.filter { $0.column == column }
      let rows = items.map { item in Int32(sources.firstIndex(of: item.source) ?? -1) }
      put(values[index].gather(rows), items.map(\.position), into: &filled[column], table.columns[column].type)
    }
  }

  private static var keysAtOnce: Int { 500 }

  /// Columns of the table's rows with these keys, in their order; null where there is no such row.
  private func tableValues(
    _ columns: [ColumnSchema], _ key: [ColumnSchema], _ keys: [[Value]]
  ) async throws -> [ColumnVector] {
    let session = context.run.session
    let reading = ReadStatements(layout: session.layout)
    var rowOfKey = [Int32](repeating: -1, count: keys.count)
    var texts = columns.map { _ in [String?]() }
    for start in stride(from: 0, to: keys.count, by: Self.keysAtOnce) {
      let numbered = (start..<min(start + Self.keysAtOnce, keys.count)).map { ($0, keys[$0]) }
      let statement = reading.values(of: columns, in: context.target, key: key, keys: numbered)
      try await session.warehouse.rows(statement) { rows in
        for row in rows {
          guard row.count == columns.count + 1, let number = row[0].flatMap({ Int($0) }),
            keys.indices.contains(number)
          else { throw DatabricksError(.invalidAnswer, "A query's result has other columns than asked for.") }
          rowOfKey[number] = Int32(texts.first?.count ?? 0)
          for index in columns.indices { texts[index].append(row[index + 1]) }
        }
      }
    }
    return try zip(texts, columns).map { try ExactTextDecoder.vector($0, $1.type).gather(rowOfKey) }
  }

  /// Puts values in the place of what the vector has at these positions.
  private func put(
    _ values: ColumnVector, _ positions: [Int32], into vector: inout ColumnVector, _ type: ColumnType
  ) {
    var rows = (0..<Int32(vector.count)).map { $0 }
    let base = Int32(vector.count)
    for (offset, position) in positions.enumerated() { rows[Int(position)] = base + Int32(offset) }
    vector = ColumnVector(concatenating: [vector, values], of: type).gather(rows)
  }
}
