/// Which keys of a table are alive in the midst of a package: so that a TRUNCATE of a table that keeps what the source
/// removes becomes a delete of each. Memory follows the keys of the package, and at a TRUNCATE those of the table.
struct KeysAlive: Sendable {
  private let table: TableSchema
  private let disposition: WriteDisposition
  private var index: KeyIndex
  /// The keys of rows that the package has put, in the order in which the index numbers them.
  private var put: [RowBatch] = []
  private var count = 0

  /// Nil for a disposition to which a TRUNCATE is no matter of single rows.
  init?(_ table: TableSchema, _ disposition: WriteDisposition) {
    guard disposition == .softDelete || disposition == .scd2 else { return nil }
    self.table = table.keyOnly
    self.disposition = disposition
    index = KeyIndex(self.table)
  }

  /// Takes changes as the source has them.
  mutating func add(_ batch: ChangeBatch) throws {
    let keys = ChangeBatch(
      rows: batch.rows.keyOnly, operations: batch.operations, positions: batch.positions,
      transactions: batch.transactions)
    let compacted = try index.compact(keys, firstRow: Int64(count))
    guard !compacted.upserts.isEmpty else { return }
    put.append(compacted.rows(of: keys))
    count += compacted.upserts.count
  }

  /// A delete of every key alive, as the source would have logged it at the truncation's place.
  func deletes(
    of whole: TableSchema, _ truncation: Truncation, in destination: any Destination
  ) async throws -> [ChangeBatch] {
    try await (aliveInPackage + aliveInDestination(destination)).map { keys in
      let columns = whole.columns.enumerated().map { column, schema in
        whole.key.firstIndex(of: column).map { keys.columns[$0] }
          ?? ColumnVector(nulls: keys.rowCount, of: schema.type)
      }
      var run = truncation.transaction
      run.firstRow = 0
      return ChangeBatch(
        rows: RowBatch(table: whole, rowCount: keys.rowCount, columns: columns),
        operations: [Operation](repeating: .delete, count: keys.rowCount),
        positions: [LSN](repeating: truncation.position, count: keys.rowCount), transactions: [run])
    }
  }

  private var aliveInPackage: [RowBatch] {
    let rows = index.places.filter { $0 >= 0 }.map { Int32(truncatingIfNeeded: $0) }
    guard !rows.isEmpty else { return [] }
    let columns = table.columns.indices.map { column in
      ColumnVector(concatenating: put.map { $0.columns[column] }, of: table.columns[column].type).gather(rows)
    }
    return [RowBatch(table: table, rowCount: rows.count, columns: columns)]
  }

  private func aliveInDestination(_ destination: any Destination) async throws -> [RowBatch] {
    guard let readable = destination as? any ReadableDestination else {
      throw CDCError(
        .configuration,
        "The source truncated the table, and this destination cannot be read for the rows to be marked. Use the "
          + "write disposition merge or append for it.", table: table.name)
    }
    guard let schema = try await readable.schema(of: table.name) else { return [] }
    // What this package renames has its old name there.
    let places = ColumnPlaces(schema.columns.map { ($0.name, $0.number) })
    let names = table.columns.map { column in
      places.place(of: column.name, number: column.number).map { schema.columns[$0].name } ?? column.name
    }
    let held = HeldKeys()
    let probe = KeyProbe(index, entries: 0..<index.count)
    let marker = disposition == .scd2 ? TableSchema.isCurrent : TableSchema.deletionTime
    try await readable.read(table.name, columns: names + [marker]) { batch in
      let keys = batch.columns(named: names)
      var touched = KeyMatches()
      probe.find(in: keys, rowCount: batch.rowCount, firstRow: 0, into: &touched)
      let passed = Set(touched.rows)
      let alive = batch.rowsAlive.filter { !passed.contains($0) }
      guard !alive.isEmpty else { return }
      await held.add(
        RowBatch(table: table, rowCount: alive.count, columns: keys.map { $0.gather(alive) }))
    }
    return await held.batches
  }
}

private actor HeldKeys {
  private(set) var batches: [RowBatch] = []
  func add(_ batch: RowBatch) { batches.append(batch) }
}

extension RowBatch {
  /// Rows of a table that keeps what the source removed which the source still has; all rows of other tables.
  var rowsAlive: [Int32] {
    let rows = 0..<Int32(rowCount)
    if let place = table.columns.firstIndex(where: { $0.name == TableSchema.isCurrent }),
      case .boolean(let current) = columns[place].values
    {
      return rows.filter { current[Int($0)] && !columns[place].isNull(Int($0)) }
    }
    if let place = table.columns.firstIndex(where: { $0.name == TableSchema.deletionTime }) {
      return rows.filter { columns[place].isNull(Int($0)) }
    }
    return Array(rows)
  }

  fileprivate func columns(named names: [String]) -> [ColumnVector] {
    names.compactMap { name in
      table.columns.firstIndex { $0.name == name }.map { columns[$0] }
    }
  }

  fileprivate var keyOnly: RowBatch {
    RowBatch(table: table.keyOnly, rowCount: rowCount, columns: table.key.map { columns[$0] })
  }
}

extension TableSchema {
  fileprivate var keyOnly: TableSchema {
    TableSchema(name: name, columns: keyColumns, key: Array(key.indices))
  }
}
