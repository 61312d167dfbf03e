public import CDCCore

/// Turns transactions into the batches that a source would hand over, and delivers them as packages.
public struct ModelDelivery: Sendable {
  /// At most so many rows a batch.
  public var batchRows: Int
  public var disposition: WriteDisposition
  /// The tables' shapes where the delivery begins.
  public var schemas: [TableName: TableSchema]

  public init(
    _ tables: [TableSchema], batchRows: Int = 1000, disposition: WriteDisposition = .merge
  ) {
    self.batchRows = batchRows
    self.disposition = disposition
    schemas = Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0) })
  }

  /// Delivers one package. Where it throws, the runner is as if killed, unless `abandons` gives the package up.
  public mutating func deliver(
    _ transactions: [ModelTransaction], after from: LSN, to destination: any Destination,
    pipeline: String = "contract", abandons: Bool = false
  ) async throws {
    let package = LoadPackage(pipeline: pipeline, from: from)
    let writer = try await destination.beginPackage(package)
    do {
      try await write(transactions, package, to: writer)
    } catch {
      if abandons { await writer.abandon() }
      throw error
    }
  }

  private mutating func write(
    _ transactions: [ModelTransaction], _ package: LoadPackage, to writer: any PackageWriter
  ) async throws {
    var count = 0
    for step in steps(transactions) {
      switch step {
      case .changes(let batch):
        count += batch.rowCount
        try await writer.write(batch, disposition: disposition)
      case .truncate(let truncation):
        for table in truncation.tables {
          try await writer.truncate(table, disposition: disposition, transaction: truncation.transaction)
        }
      case .boundary: break
      }
    }
    let end = transactions.last?.end ?? package.from
    try await writer.commit(
      Checkpoint(
        pipeline: package.pipeline, kind: .cdc, packageID: package.id(to: end), position: end,
        commitTime: Int64(end.rawValue), rowCount: count))
  }

  mutating func steps(_ transactions: [ModelTransaction]) -> [ChangeEvent] {
    var events: [ChangeEvent] = []
    var open: [TableName: BatchBuilder] = [:]
    var sequences: [TableName: Int] = [:]
    func close(_ table: TableName) {
      if let builder = open.removeValue(forKey: table), !builder.rows.isEmpty {
        events.append(.changes(builder.batch))
        sequences[table] = builder.sequence
      }
    }
    for transaction in transactions {
      for change in transaction.changes {
        switch change {
        case .truncate(let table):
          close(table)
          guard let schema = schemas[table] else { continue }
          events.append(
            .truncate(
              Truncation(
                tables: [schema], position: transaction.commitLSN,
                transaction: transaction.run(firstRow: 0))))
        case .alter(let schema):
          close(schema.name)
          schemas[schema.name] = schema
        case .insert(let table, _), .update(let table, _, _), .delete(let table, _):
          guard let schema = schemas[table] else { continue }
          if let builder = open[table], builder.rows.count >= batchRows { close(table) }
          open[table, default: BatchBuilder(schema, sequence: sequences[table] ?? 0)].add(change, transaction)
        }
      }
    }
    for table in open.keys.sorted() { close(table) }
    return events
  }
}

private struct BatchBuilder {
  let schema: TableSchema
  /// Counts over all batches of a delivery: no two changes share a position.
  var sequence: Int
  var rows: [[Value]] = []
  var operations: [CDCCore.Operation] = []
  var positions: [LSN] = []
  var transactions: [TransactionRun] = []
  var unchanged: [[Int32]]
  var oldKeyRows: [Int32: Int32] = [:]

  init(_ schema: TableSchema, sequence: Int) {
    self.schema = schema
    self.sequence = sequence
    unchanged = [[Int32]](repeating: [], count: schema.columns.count)
  }

  mutating func add(_ change: ModelChange, _ transaction: ModelTransaction) {
    if transactions.last?.commitLSN != transaction.commitLSN {
      transactions.append(transaction.run(firstRow: rows.count))
    }
    switch change {
    case .insert(_, let row): add(.insert, row, transaction)
    case .delete(_, let key): add(.delete, keyOnly(key), transaction)
    case .update(_, let old, let new):
      let filled = new.map { $0 ?? .null }
      let oldKey = schema.key.map { old[$0] }
      if schema.hasKey && oldKey != schema.key.map({ filled[$0] }) {
        add(.deleteOldKey, keyOnly(oldKey), transaction)
        oldKeyRows[Int32(rows.count)] = Int32(rows.count - 1)
      }
      for column in new.indices where new[column] == nil { unchanged[column].append(Int32(rows.count)) }
      add(.update, filled, transaction)
    case .truncate, .alter: break
    }
  }

  private mutating func add(_ operation: CDCCore.Operation, _ row: [Value], _ transaction: ModelTransaction) {
    operations.append(operation)
    positions.append(LSN(transaction.commitLSN.rawValue << 20 + UInt64(sequence)))
    sequence += 1
    rows.append(row)
  }

  private func keyOnly(_ key: [Value]) -> [Value] {
    var row = [Value](repeating: .null, count: schema.columns.count)
    for (place, column) in schema.key.enumerated() { row[column] = key[place] }
    return row
  }

  var batch: ChangeBatch {
    ChangeBatch(
      rows: RowBatch(schema, rows), operations: operations, positions: positions,
      transactions: transactions, unchanged: unchanged.allSatisfy(\.isEmpty) ? [] : unchanged,
      oldKeyRows: oldKeyRows)
  }
}
