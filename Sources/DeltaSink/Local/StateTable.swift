import CDCCore
import Logging

/// A small Delta table that the lake keeps about itself: rows are appended one commit at a time, and read whole.
///
/// Every commit adds a file, so once there are many small ones a commit gathers them. What is not needed any more goes
/// after an hour, versions of the table after a day: nobody travels there.
struct StateTable: Sendable {
  let table: LocalTable
  let source: TableSchema
  private let retention: Duration

  private static let fileLimit = 32
  private static let smallFile = 8 << 20
  private static let logger = Logger(label: "cdc.lake")

  init(
    _ layout: LakeLayout, name: String, columns: [ColumnSchema], retention: Duration = .seconds(3600)
  ) {
    self.retention = retention
    source = TableSchema(name: TableName(schema: "", name: name), columns: columns)
    table = LocalTable(name: source.name, path: layout.statePath(name))
  }

  /// All rows, oldest file first. Columns in the order of `source`.
  func read() async throws -> [RowBatch] {
    guard let snapshot = try table.snapshot() else { return [] }
    return try await rows(of: snapshot.files, snapshot)
  }

  private func rows(of files: [AddFile], _ snapshot: DeltaSnapshot) async throws -> [RowBatch] {
    let fields = snapshot.schema.fields
    // A column that an earlier version of this package did not have is null.
    let places = source.columns.map { column in fields.firstIndex { $0.name == column.name } }
    var batches: [RowBatch] = []
    for file in files {
      let deleted = try table.deletionVector(of: file)
      try await TableRows(table: table, schema: snapshot.schema).forEachGroup(
        of: file, columns: places.compactMap(\.self), deleted: deleted
      ) { columns, count in
        var rest = columns[...]
        batches.append(
          RowBatch(
            table: source, rowCount: count,
            columns: zip(places, source.columns).map { place, column in
              (place == nil ? nil : rest.popFirst()) ?? ColumnVector(nulls: count, of: column.type)
            }))
      }
    }
    return batches
  }

  private static func shape(of source: TableSchema) throws -> TableShape {
    var shape = try TableShape(replacing: nil, by: source)
    shape.metadata.configuration["delta.deletedFileRetentionDuration"] = "interval 1 hours"
    shape.metadata.configuration["delta.logRetentionDuration"] = "interval 1 days"
    return shape
  }

  /// Appends rows in one durable commit, with the transaction id that fences other runners.
  ///
  /// - Throws: `CDCError.fenced` where another runner of the pipeline has appended since `expected`.
  func append(_ rows: RowBatch, pipeline: String, expected: Int64, version: Int64) async throws {
    let time = WallClock.milliseconds
    for _ in 0..<20 {
      let base = try table.snapshot()
      guard base?.transactions[pipeline]?.version ?? 0 == expected else {
        throw CDCError(
          .fenced, "Another runner of pipeline \(pipeline) has recorded its progress. Stop one of the two.")
      }
      let shape =
        try base.map { try TableShape(evolving: $0.metadata, to: source) }
        ?? Self.shape(of: source)
      let gathered = gatherable(base)
      let writer = TableFileWriter(
        store: table.store, shape: shape, options: LocalDeltaOptions(), pipeline: pipeline)
      if let base {
        for batch in try await self.rows(of: gathered, base) {
          try writer.write(shape.arrange(batch), rowCount: batch.rowCount)
        }
      }
      try writer.write(shape.arrange(rows), rowCount: rows.rowCount)
      try writer.publish()
      var transaction =
        base.map {
          DeltaTransaction(on: $0, operation: "WRITE", isBlindAppend: gathered.isEmpty)
        } ?? DeltaTransaction(creating: shape.metadata, in: table.store, operation: "WRITE")
      for file in gathered { transaction.remove(file, at: time) }
      transaction.add(writer.finished.map { writer.action(for: $0, at: time) })
      transaction.setTransaction(appID: pipeline, version: version, at: time)
      if case .committed(let snapshot) = try transaction.commit() {
        table.committed(snapshot, Self.logger)
        if !gathered.isEmpty { removeFormerFiles(snapshot) }
        return
      }
      writer.abandon()
    }
    throw DeltaError(
      .conflict, "Other pipelines won every race for the next version. Try again.",
      path: table.store.tablePath, isRetryable: true)
  }

  /// Another runner's file that is not committed yet is younger, or its commit loses the race against the one before this.
  private func removeFormerFiles(_ snapshot: DeltaSnapshot) {
    do {
      _ = try Vacuum(store: table.store, snapshot: snapshot, retention: retention).run(dryRun: false)
    } catch {
      Self.logger.warning(
        "former files stay", metadata: ["table": "\(table.store.tablePath)", "error": "\(error)"])
    }
  }

  private func gatherable(_ base: DeltaSnapshot?) -> [AddFile] {
    guard let base, base.fileCount >= Self.fileLimit else { return [] }
    return base.files.filter { $0.size < Self.smallFile }
  }
}

extension RowBatch {
  /// One row of text, numbers and maps, for the state tables.
  init(stateRow values: [StateValue], of table: TableSchema) {
    self.init(
      table: table, rowCount: 1, columns: zip(values, table.columns).map { $0.vector($1.type) })
  }

  func text(_ column: Int, _ row: Int) -> String? {
    guard case .bytes(let strings) = columns[column].values, !columns[column].isNull(row) else { return nil }
    return String(decoding: strings[row], as: UTF8.self)
  }

  func number(_ column: Int, _ row: Int) -> Int64? {
    guard case .int64(let values) = columns[column].values, !columns[column].isNull(row) else { return nil }
    return values[row]
  }
}

enum StateValue {
  case none
  case text(String)
  case number(Int64)
  case numbers([(String, Int64)])

  fileprivate func vector(_ type: ColumnType) -> ColumnVector {
    switch self {
    case .none: return ColumnVector(nulls: 1, of: type)
    case .text(let text):
      return ColumnVector(
        count: 1, values: .bytes(ByteStrings(offsets: [0, Int32(text.utf8.count)], bytes: Array(text.utf8))))
    case .number(let number): return ColumnVector(count: 1, values: .int64([number]))
    case .numbers(let pairs):
      var keys = ByteStrings()
      for (key, _) in pairs { keys.append(key.utf8) }
      return ColumnVector(
        count: 1,
        values: .map(
          offsets: [0, Int32(pairs.count)],
          keys: ColumnVector(count: pairs.count, values: .bytes(keys)),
          values: ColumnVector(count: pairs.count, values: .int64(pairs.map(\.1)))))
    }
  }
}
