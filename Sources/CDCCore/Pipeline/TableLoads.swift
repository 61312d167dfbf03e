internal import Logging

/// The tables of one full load on their way: begins each with its first event and commits it when the reader has
/// finished it and the last of its batches is written, whichever writer that is.
actor TableLoads {
  private let snapshot: any SourceSnapshot
  private let pipeline: Pipeline
  private let quarantine: LoadQuarantine
  private var loads: [Int: Task<any TableLoad, any Error>] = [:]
  private var pending: [Int: Int] = [:]
  private var rows: [Int]
  private var refusals: [RefusalCounts]
  /// When the load began, microseconds since 1970-01-01T00:00:00Z.
  private let began: Int64
  /// Tables whose past stays.
  private let held: [TableName: HeldTable]

  init(
    snapshot: any SourceSnapshot, pipeline: Pipeline, quarantine: LoadQuarantine, began: Int64,
    held: [HeldTable]
  ) {
    self.began = began
    self.held = Dictionary(held.map { ($0.schema.name, $0) }) { first, _ in first }
    self.quarantine = quarantine
    self.snapshot = snapshot
    self.pipeline = pipeline
    rows = Array(repeating: 0, count: snapshot.tables.count)
    refusals = Array(repeating: RefusalCounts(), count: snapshot.tables.count)
  }

  var reports: [LoadReport.Table] {
    snapshot.tables.indices.map { table in
      LoadReport.Table(
        name: snapshot.tables[table].name, rows: rows[table],
        quarantinedRows: refusals[table].rows.values.reduce(0, +),
        discardedValues: refusals[table].values.values.reduce(0, +))
    }
  }

  /// To be called before an event is handed on, in its reader's order. The mark of the table's end counts too, so a
  /// count of zero means that both have passed.
  func enqueued(_ event: SnapshotEvent) {
    switch event {
    case .rows(let table, _), .refused(let table, _): pending[table, default: 1] += 1
    case .finished(let table): pending[table, default: 1] += 0
    }
  }

  func handle(_ event: SnapshotEvent) async throws {
    switch event {
    case .rows(let table, let batch):
      try requireKeys(batch, disposition(of: table))
      try await load(of: table).write(disposition(of: table).loaded(batch, at: began))
      rows[table] += batch.rowCount
      pipeline.configuration.progress?(.loading(snapshot.tables[table].name, rows: rows[table]))
      try await passed(table)
    case .refused(let table, let refused):
      let name = snapshot.tables[table].name
      refusals[table].add(RefusalCounts(refused, of: name))
      try await quarantine.add(refused, of: name)
      try await passed(table)
    case .finished(let table):
      try await passed(table)
    }
  }

  func abandon() async {
    for task in loads.values { await (try? task.value)?.abandon() }
    loads.removeAll()
  }

  private func disposition(of table: Int) -> WriteDisposition {
    pipeline.configuration.resources.disposition(of: snapshot.tables[table])
  }

  /// A row without a value in its key, which only a hinted one allows, would be found by no change.
  private func requireKeys(_ batch: RowBatch, _ disposition: WriteDisposition) throws {
    guard disposition.delivered == .merge else { return }
    for index in batch.table.key where batch.columns[index].nullCount > 0 {
      throw CDCError(
        .valueOutOfRange,
        "A row has no value in a column that is hinted as part of the key, and its changes could not be told from others. "
          + "Give the row a value in the source (best with NOT NULL on the column), or hint another key.",
        table: batch.table.name, column: batch.table.columns[index].name)
    }
  }

  private func passed(_ table: Int) async throws {
    pending[table, default: 1] -= 1
    guard pending[table] == 0 else { return }
    try await load(of: table).commit()
    loads[table] = nil
    let name = snapshot.tables[table].name
    pipeline.configuration.progress?(.loaded(name, rows: rows[table]))
    pipeline.logger.info("table loaded", metadata: ["table": "\(name)", "rows": "\(rows[table])"])
  }

  private func load(of table: Int) async throws -> any TableLoad {
    if let task = loads[table] { return try await task.value }
    let schema = snapshot.tables[table]
    let disposition = disposition(of: table)
    let (pipeline, position) = (pipeline, snapshot.position)
    let carried = carried(schema.name, disposition)
    let task = Task {
      try await pipeline.destination.beginLoad(
        disposition.shape(of: schema), disposition: disposition.delivered, carrying: carried,
        pipeline: pipeline.name, position: position)
    }
    loads[table] = task
    return try await task.value
  }

  private func carried(_ table: TableName, _ disposition: WriteDisposition) -> CarriedRows? {
    guard let held = held[table], let withheld = snapshot.withheld(from: held) else { return nil }
    var carried = disposition.carried(at: began, position: snapshot.position)
    carried?.withheld = withheld
    return carried
  }
}
