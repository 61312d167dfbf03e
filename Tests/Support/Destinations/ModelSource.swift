import CDCCore

/// A change source over a model: a snapshot of what it holds, then transactions, a package each time that it is asked.
final class ModelSource: ChangeSource {
  let tables: [TableSchema]
  let rows: [TableName: [[Value]]]
  let transactions: [ModelTransaction]
  let position: LSN

  init(
    _ tables: [TableSchema], rows: [TableName: [[Value]]], at position: UInt64,
    _ transactions: [ModelTransaction] = []
  ) {
    self.tables = tables
    self.rows = rows
    self.position = LSN(position)
    self.transactions = transactions
  }

  func snapshot(restart: Bool) async throws -> any SourceSnapshot { Snapshot(source: self) }

  func snapshot(of tables: Set<TableName>?) async throws -> any SourceSnapshot { Snapshot(source: self) }

  func changes(
    from position: LSN, held: [HeldTable]?, limits: BatchLimits, until stop: StopCondition,
    sink: @escaping @Sendable (ChangeEvent) async throws -> Void
  ) async throws {
    let due = transactions.filter { $0.commitLSN >= position }
    guard let last = due.last else { return }
    var delivery = ModelDelivery(tables, batchRows: limits.rows)
    for event in delivery.steps(due) { try await sink(event) }
    try await sink(
      .boundary(Boundary(position: last.end, commitTime: last.run(firstRow: 0).commitTime)))
  }

  func confirm(_ position: LSN) {}
  func currentPosition() async throws -> LSN { transactions.last?.end ?? position }

  private struct Snapshot: SourceSnapshot {
    let source: ModelSource
    var position: LSN { source.position }
    var tables: [TableSchema] { source.tables }

    func read(
      readers: Int, limits: BatchLimits, sink: @escaping @Sendable (SnapshotEvent) async throws -> Void
    ) async throws {
      for (index, table) in tables.enumerated() {
        let rows = source.rows[table.name] ?? []
        if !rows.isEmpty { try await sink(.rows(table: index, RowBatch(table, rows))) }
        try await sink(.finished(table: index))
      }
    }

    func withheld(from held: HeldTable) -> WithheldColumns? { WithheldColumns() }
    func close() async {}
  }
}
