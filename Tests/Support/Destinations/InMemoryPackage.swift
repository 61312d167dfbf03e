internal import CDCCore
internal import Synchronization

/// Steps kept in the order of the log and applied, table by table, at `commit`: change by change, as the
/// source did them, without any compaction.
final class InMemoryPackage: PackageWriter {
  private enum Step: Sendable {
    case changes(ChangeBatch)
    case truncate(TransactionRun)
  }
  private struct Work: Sendable {
    var schema: TableSchema
    var isAppended: Bool
    var steps: [Step] = []

    var latest: TableSchema? {
      steps.last { if case .changes = $0 { true } else { false } }.flatMap { step in
        if case .changes(let batch) = step { batch.table } else { nil }
      }
    }
  }

  private let destination: InMemoryDestination
  private let work = Mutex<[TableName: Work]>([:])

  init(_ destination: InMemoryDestination) { self.destination = destination }

  func write(_ changes: ChangeBatch, disposition: WriteDisposition) async throws {
    add(.changes(changes), changes.table, disposition)
  }

  func truncate(
    _ table: TableSchema, disposition: WriteDisposition, transaction: TransactionRun
  ) async throws {
    add(.truncate(transaction), table, disposition)
  }

  private func add(_ step: Step, _ table: TableSchema, _ disposition: WriteDisposition) {
    work.withLock { work in
      let isAppended = disposition == .append || !table.hasKey
      work[table.name, default: Work(schema: table, isAppended: isAppended)].steps.append(step)
    }
  }

  func commit(_ checkpoint: Checkpoint) async throws {
    let tables = work.withLock { $0 }
    for name in tables.keys.sorted() {
      guard let work = tables[name] else { continue }
      try destination.faults.pass(.beforeTableCommit)
      try destination.transact { state in
        let shape = work.isAppended ? work.schema.appended : work.schema
        var table =
          state.tables[name] ?? .init(schema: shape, position: .zero, source: work.schema, loaded: .zero)
        table.source = work.latest ?? table.source
        table.isReleased = false
        apply(work, to: &table)
        table.position = max(table.position, checkpoint.position)
        state.tables[name] = table
      }
      try destination.faults.pass(.afterTableCommit)
    }
    try await destination.record(checkpoint)
  }

  func abandon() async { work.withLock { $0 = [:] } }

  private func apply(_ work: Work, to table: inout InMemoryDestination.Storage.Table) {
    var appender = ChangeAppender()
    for step in work.steps {
      switch step {
      case .changes(let batch)
      where batch.rowCount > 0 && batch.commitLSN(of: batch.rowCount - 1) < table.position:
        continue
      case .changes(let batch) where work.isAppended:
        let rows = appender.rows(batch)
        table.evolve(to: rows.table)
        for (index, row) in rows.rowValues.enumerated()
        where batch.commitLSN(of: index) >= table.position {
          table.put(table.arranged(row, from: rows.table))
        }
      case .changes(let batch):
        table.evolve(to: batch.table)
        apply(batch, to: &table)
      case .truncate(let run):
        guard run.commitLSN >= table.position else { continue }
        if work.isAppended {
          let rows = appender.truncation(work.schema, run)
          table.put(table.arranged(rows.rowValues[0], from: rows.table))
        } else {
          table.rows = [:]
        }
      }
    }
  }

  private func apply(_ batch: ChangeBatch, to table: inout InMemoryDestination.Storage.Table) {
    let rows = batch.rows.rowValues
    var removed: [Int32: [Value]] = [:]
    for row in rows.indices where batch.commitLSN(of: row) >= table.position {
      let key = batch.table.key.map { rows[row][$0] }
      if batch.operations[row].removesRow {
        removed[Int32(row)] = table.rows.removeValue(forKey: key)
        continue
      }
      var new = table.arranged(rows[row], from: batch.table)
      let old = batch.oldKeyRows[Int32(row)].map { removed[$0] } ?? table.rows[key]
      for (column, unchanged) in batch.unchanged.enumerated() where unchanged.contains(Int32(row)) {
        let name = batch.table.columns[column].name
        guard let place = table.schema.columns.firstIndex(where: { $0.name == name }) else { continue }
        new[place] = old?[place] ?? .null
      }
      table.rows[key] = new
    }
  }
}

extension ChangeBatch {
  fileprivate func commitLSN(of row: Int) -> LSN {
    transactions.last { $0.firstRow <= row }?.commitLSN ?? .zero
  }
}
