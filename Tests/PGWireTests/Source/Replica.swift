import CDCCore
import Synchronization
import Testing

@testable import PGWire

/// The simplest destination: what a source hands over, and the tables that follow from it.
final class Replica: Sendable {
  private struct State {
    var events: [ChangeEvent] = []
    var rows: [TableName: [[Value]: [String: Value]]] = [:]
    var discardedValues = 0
  }

  private let state = Mutex(State())

  var events: [ChangeEvent] { state.withLock { $0.events } }
  var batches: [ChangeBatch] {
    events.compactMap { if case .changes(let batch) = $0 { batch } else { nil } }
  }
  var boundaries: [Boundary] {
    events.compactMap { if case .boundary(let boundary) = $0 { boundary } else { nil } }
  }

  /// The rows by key, each by column name.
  func table(_ name: String) -> [[Value]: [String: Value]] {
    state.withLock { $0.rows[TableName(schema: "public", name: name)] ?? [:] }
  }

  /// How many values became null because their column cannot hold them.
  var discardedValues: Int { state.withLock { $0.discardedValues } }

  func note(_ refusals: Refusals) {
    state.withLock { $0.discardedValues += refusals.discardedValues.values.reduce(0, +) }
  }

  func load(_ batch: RowBatch) {
    state.withLock { state in
      for row in 0..<batch.rowCount {
        state.rows[batch.table.name, default: [:]][batch.key(of: row)] = batch.named(row)
      }
    }
  }

  func apply(_ event: ChangeEvent) {
    if case .changes(let batch) = event { note(batch.refusals) }
    state.withLock { state in
      state.events.append(event)
      switch event {
      case .changes(let batch): Self.apply(batch, to: &state.rows[batch.table.name, default: [:]])
      case .truncate(let truncation): for table in truncation.tables { state.rows[table.name] = [:] }
      case .boundary: break
      }
    }
  }

  private static func apply(_ batch: ChangeBatch, to table: inout [[Value]: [String: Value]]) {
    for row in 0..<batch.rowCount {
      let key = batch.rows.key(of: row)
      switch batch.operations[row] {
      case .delete: table[key] = nil
      case .deleteOldKey:
        let isSource = batch.oldKeyRows.values.contains(Int32(row))
        if !isSource { table[key] = nil }
      case .insert, .update:
        var values = batch.rows.named(row)
        let oldRow = batch.oldKeyRows[Int32(row)].map(Int.init)
        let before = oldRow.map { batch.rows.key(of: $0) } ?? key
        for (column, rows) in batch.unchanged.enumerated() where rows.contains(Int32(row)) {
          let name = batch.table.columns[column].name
          values[name] = table[before]?[name] ?? .bytes(Array("missing".utf8))
        }
        if before != key { table[before] = nil }
        table[key] = values
      }
    }
  }
}

extension RowBatch {
  func key(of row: Int) -> [Value] {
    let columns = table.hasKey ? table.key : Array(columns.indices)
    return columns.map { self.columns[$0].value(at: row) }
  }

  func named(_ row: Int) -> [String: Value] {
    Dictionary(uniqueKeysWithValues: zip(table.columns.map(\.name), columns.map { $0.value(at: row) }))
  }
}

extension PostgresSource {
  /// Loads the whole snapshot; returns its position.
  func load(
    into replica: Replica, restart: Bool, readers: Int = 2, limits: BatchLimits = BatchLimits()
  ) async throws -> LSN {
    let snapshot = try await snapshot(restart: restart)
    try await snapshot.read(readers: readers, limits: limits) { event in
      if case .rows(_, let batch) = event { replica.load(batch) }
      if case .refused(_, let refusals) = event { replica.note(refusals) }
    }
    await snapshot.close()
    return snapshot.position
  }

  /// Applies the changes from `position` up to the source's end of log; returns the last boundary.
  @discardableResult
  func drain(
    into replica: Replica, from position: LSN, limits: BatchLimits = BatchLimits()
  ) async throws -> LSN {
    try await changes(
      from: position, limits: limits, until: .position(try await currentPosition())
    ) { replica.apply($0) }
    let end = replica.boundaries.last?.position ?? position
    confirm(end)
    return end
  }
}

func text(_ string: String) -> Value { .bytes(Array(string.utf8)) }
