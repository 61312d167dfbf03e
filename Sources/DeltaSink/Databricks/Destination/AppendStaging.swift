import CDCCore

/// Stages a package's changes of one table, every change a row.
actor AppendStaging: TableStaging {
  private let context: TableStagingContext
  private var appender = ChangeAppender()
  private var columns = StagedColumns()
  private var shape: TableSchema?
  private var sourceKey: [Int] = []
  private var shapes: [StagedShape] = []
  private var writers: [PartWriter] = []
  private var least = Int64.max
  private var greatest = Int64.min

  init(_ context: TableStagingContext) { self.context = context }

  func write(_ changes: ChangeBatch) async throws {
    let isShape = changes.rowCount == 0
    guard let changes = isShape ? changes : changes.skipping(before: context.position) else { return }
    sourceKey = changes.table.key
    try await append(appender.rows(changes), at: changes.positions.first)
  }

  func truncate(_ table: TableSchema, _ transaction: TransactionRun) async throws {
    guard transaction.commitLSN >= context.position else { return }
    sourceKey = table.key
    try await append(appender.truncation(table, transaction))
  }

  private func append(_ rows: RowBatch, at position: LSN? = nil) async throws {
    if shape != rows.table {
      try await context.requireFitting(rows.table)
      let places = try columns.take(rows.table)
      try await writers.last?.close()
      let parquet = zip(rows.table.columns, places).map { ParquetColumn(name: "c\($1)", type: $0.type) }
      writers.append(
        PartWriter(
          context.staging, columns: parquet, folder: context.rowsFolder, name: "part-\(writers.count)"))
      shape = rows.table
      var source = rows.table
      source.key = sourceKey
      shapes.append(StagedShape(source: source, position: position))
    }
    if let place = rows.table.columns.firstIndex(where: { $0.name == "_cdc_lsn" }),
      case .int64(let positions) = rows.columns[place].values
    {
      least = min(least, positions.min() ?? least)
      greatest = max(greatest, positions.max() ?? greatest)
    }
    try await writers.last?.write(rows.columns, rowCount: rows.rowCount)
  }

  func rest() async throws { try await writers.last?.close() }

  func seal() async throws -> StagedTable? {
    guard let shape else { return nil }
    try await writers.last?.close()
    var staged = StagedTable(
      action: least <= greatest ? .append : .none, table: shape, sourceKey: sourceKey, target: context.target,
      columns: columns.columns, rows: context.rowsFolder)
    staged.take(shapes)
    staged.bounds = [StagedBound(column: "_cdc_lsn", least: "\(least)L", greatest: "\(greatest)L")]
    return try await context.run.evolved(staged, gone: columns.gone)
  }

  func removeFiles() {
    for writer in writers { writer.removeFiles() }
    writers = []
  }
}
