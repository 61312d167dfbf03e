import CDCCore
import Synchronization

/// The table `_cdc_schema`: every shape that a table had, from which position on; the last one is what the pipeline knows
/// its tables by.
final class SchemaLog: Sendable {
  private let state: StateTable
  fileprivate struct Known {
    var tables: [TableName: HeldTable] = [:]
    var sequence: Int64 = 0
    var pending: [HeldTable] = []
  }
  private let known = Mutex(Known())

  init(_ layout: LakeLayout) {
    state = StateTable(
      layout, name: LakeLayout.schemas,
      columns: [
        ColumnSchema(name: "pipeline", type: .string), ColumnSchema(name: "sequence", type: .long),
        ColumnSchema(name: "schema_name", type: .string), ColumnSchema(name: "table_name", type: .string),
        ColumnSchema(name: "position", type: .string), ColumnSchema(name: "recorded_at", type: .timestamp),
        ColumnSchema(
          name: "columns", type: .string,
          comment:
            "JSON: name, type, sourceType, key, nullable, number; null where the table is no longer followed"),
        ColumnSchema(name: "mark", type: .string, comment: "what the source knows the table by"),
      ])
  }

  /// Learns what is recorded already.
  func open(pipeline: String) async throws {
    var learned = Known()
    var newest: [TableName: Int64] = [:]
    for batch in try await state.read() {
      for row in 0..<batch.rowCount where batch.text(0, row) == pipeline {
        guard let sequence = batch.number(1, row), let schema = batch.text(2, row),
          let name = batch.text(3, row)
        else { continue }
        learned.sequence = max(learned.sequence, sequence)
        let table = TableName(schema: schema, name: name)
        guard sequence > newest[table] ?? -1 else { continue }
        newest[table] = sequence
        // What an earlier version of this package wrote may not be understood: such a table counts as not known.
        let shape = batch.text(6, row).flatMap { text in
          try? TableSchema(schemaLog: text, name: table, mark: batch.text(7, row))
        }
        learned.tables[table] = shape.map {
          HeldTable(schema: $0, position: batch.text(4, row).flatMap { LSN($0) } ?? .zero)
        }
      }
    }
    known.withLock { $0 = learned }
  }

  /// By name, as of the last `flush` and what was noted since.
  var held: [HeldTable] {
    known.withLock { $0.tables.values.sorted { $0.schema.name < $1.schema.name } }
  }

  /// Notes a shape that a table has from the position on; `flush` writes it down.
  func note(_ table: TableSchema, at position: LSN) {
    known.withLock { known in
      let old = known.tables[table.name]
      guard old?.schema.isNoted(like: table) != true else { return }
      known.note(HeldTable(schema: table, position: max(position, old?.position ?? .zero)))
    }
  }

  /// Notes that a table was loaded, whether or not its shape is another.
  func noteLoad(of table: TableSchema, at position: LSN) {
    known.withLock { $0.note(HeldTable(schema: table, position: position)) }
  }

  func flush(pipeline: String) async throws {
    let (pending, sequence) = known.withLock { known in (known.pending, known.sequence) }
    try await write(
      pending.map { ($0.schema.name, $0.position, $0.schema.schemaLogText, $0.schema.mark) },
      pipeline: pipeline, after: sequence)
    known.withLock { $0.pending.removeFirst(pending.count) }
  }

  /// Writes down that the table is no longer followed.
  func forget(_ table: TableName, pipeline: String) async throws {
    let (old, sequence) = known.withLock { known in (known.tables[table], known.sequence) }
    guard let old else { return }
    try await write([(table, old.position, nil, nil)], pipeline: pipeline, after: sequence)
    known.withLock { $0.tables[table] = nil }
  }

  private func write(
    _ items: [(table: TableName, position: LSN, columns: String?, mark: String?)], pipeline: String,
    after sequence: Int64
  ) async throws {
    guard !items.isEmpty else { return }
    let time = WallClock.milliseconds * 1000
    let rows = items.enumerated().map { index, item in
      RowBatch(
        stateRow: [
          .text(pipeline), .number(sequence + Int64(index) + 1), .text(item.table.schema),
          .text(item.table.name), .text(item.position.description), .number(time),
          item.columns.map { .text($0) } ?? .none, item.mark.map { .text($0) } ?? .none,
        ], of: state.source)
    }
    let all = RowBatch(
      table: state.source, rowCount: rows.count,
      columns: state.source.columns.enumerated().map { column, schema in
        ColumnVector(concatenating: rows.map { $0.columns[column] }, of: schema.type)
      })
    let last = sequence + Int64(rows.count)
    try await state.append(all, pipeline: pipeline, expected: sequence, version: last)
    known.withLock { $0.sequence = last }
  }
}

extension SchemaLog.Known {
  fileprivate mutating func note(_ table: HeldTable) {
    tables[table.schema.name] = table
    pending.append(table)
  }
}
