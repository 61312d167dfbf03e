import CDCCore
import Synchronization

/// The table `_cdc_schema`: every shape that a table had, from which position on.
final class SchemaLog: Sendable {
  private let state: StateTable
  private struct Known {
    var columns: [TableName: String] = [:]
    var sequence: Int64 = 0
    var pending: [(table: TableSchema, position: LSN)] = []
  }
  private let known = Mutex(Known())

  init(_ layout: LakeLayout) {
    state = StateTable(
      layout, name: LakeLayout.schemas,
      columns: [
        ColumnSchema(name: "pipeline", type: .string), ColumnSchema(name: "sequence", type: .long),
        ColumnSchema(name: "schema_name", type: .string), ColumnSchema(name: "table_name", type: .string),
        ColumnSchema(name: "position", type: .string), ColumnSchema(name: "recorded_at", type: .timestamp),
        ColumnSchema(name: "columns", type: .string, comment: "JSON: name, type, sourceType, key"),
      ])
  }

  /// Learns what is recorded already.
  func open(pipeline: String) async throws {
    var learned = Known()
    for batch in try await state.read() {
      for row in 0..<batch.rowCount where batch.text(0, row) == pipeline {
        guard let sequence = batch.number(1, row), let schema = batch.text(2, row),
          let name = batch.text(3, row)
        else { continue }
        if sequence > learned.sequence { learned.sequence = sequence }
        learned.columns[TableName(schema: schema, name: name)] = batch.text(6, row)
      }
    }
    known.withLock { $0 = learned }
  }

  /// Notes a shape that a table has from the position on; `flush` writes it down.
  func note(_ table: TableSchema, at position: LSN) {
    known.withLock { known in
      let text = Self.text(table)
      guard known.columns[table.name] != text else { return }
      known.columns[table.name] = text
      known.pending.append((table, position))
    }
  }

  func flush(pipeline: String) async throws {
    let (pending, sequence) = known.withLock { known in (known.pending, known.sequence) }
    guard !pending.isEmpty else { return }
    let time = WallClock.milliseconds * 1000
    let rows = pending.enumerated().map { index, item in
      RowBatch(
        stateRow: [
          .text(pipeline), .number(sequence + Int64(index) + 1), .text(item.table.name.schema),
          .text(item.table.name.name), .text(item.position.description), .number(time),
          .text(Self.text(item.table)),
        ], of: state.source)
    }
    let all = RowBatch(
      table: state.source, rowCount: rows.count,
      columns: state.source.columns.enumerated().map { column, schema in
        ColumnVector(concatenating: rows.map { $0.columns[column] }, of: schema.type)
      })
    let last = sequence + Int64(rows.count)
    try await state.append(all, pipeline: pipeline, expected: sequence, version: last)
    known.withLock { known in
      known.pending.removeFirst(pending.count)
      known.sequence = last
    }
  }

  static func text(_ table: TableSchema) -> String {
    let columns = table.columns.enumerated().map { position, column in
      JSONValue.object([
        .init(name: "name", value: .string(column.name)),
        .init(name: "type", value: .string(column.type.description)),
        .init(name: "sourceType", value: .string(column.sourceType)),
        .init(name: "key", value: .boolean(table.key.contains(position))),
      ])
    }
    return JSONValue.array(columns).text
  }
}
