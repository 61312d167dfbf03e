import CDCCore

/// The table `_cdc_loads`: a row for each package and full load, written last: what it names is durable.
struct CheckpointLog: Sendable {
  private let state: StateTable

  init(_ layout: LakeLayout) {
    state = StateTable(
      layout, name: LakeLayout.checkpoints,
      columns: [
        ColumnSchema(name: "pipeline", type: .string),
        ColumnSchema(name: "sequence", type: .long, comment: "counts the pipeline's checkpoints"),
        ColumnSchema(name: "kind", type: .string), ColumnSchema(name: "package_id", type: .string),
        ColumnSchema(
          name: "position", type: .string, comment: "the tables hold every transaction that commits before"),
        ColumnSchema(name: "commit_time", type: .timestamp, comment: "the source's clock at the last one"),
        ColumnSchema(name: "row_count", type: .long), ColumnSchema(name: "committed_at", type: .timestamp),
        ColumnSchema(
          name: "versions", type: .map(key: .string, value: .long), comment: "Delta version by table"),
      ])
  }

  /// The pipeline's newest checkpoint and its number; nil and 0 where there is none.
  func latest(pipeline: String) async throws -> (checkpoint: Checkpoint?, sequence: Int64) {
    var found: (Checkpoint?, Int64) = (nil, 0)
    for batch in try await state.read() {
      for row in 0..<batch.rowCount where batch.text(0, row) == pipeline {
        guard let sequence = batch.number(1, row), sequence > found.1 else { continue }
        found = (try checkpoint(batch, row), sequence)
      }
    }
    return found
  }

  private func checkpoint(_ batch: RowBatch, _ row: Int) throws -> Checkpoint {
    guard let pipeline = batch.text(0, row), let kind = batch.text(2, row).flatMap(Checkpoint.Kind.init),
      let package = batch.text(3, row), let position = batch.text(4, row).flatMap({ LSN($0) }),
      let commitTime = batch.number(5, row), let rows = batch.number(6, row)
    else {
      throw DeltaError(
        .schema, "A row of \(LakeLayout.checkpoints) cannot be understood: another version wrote it.",
        path: state.table.store.tablePath)
    }
    return Checkpoint(
      pipeline: pipeline, kind: kind, packageID: package, position: position, commitTime: commitTime,
      rowCount: Int(rows))
  }

  /// Durable when it returns.
  ///
  /// - Parameter sequence: the number of the checkpoint before.
  func append(_ checkpoint: Checkpoint, after sequence: Int64, versions: [TableName: Int]) async throws {
    let row = RowBatch(
      stateRow: [
        .text(checkpoint.pipeline), .number(sequence + 1), .text(checkpoint.kind.rawValue),
        .text(checkpoint.packageID), .text(checkpoint.position.description),
        .number(checkpoint.commitTime), .number(Int64(checkpoint.rowCount)),
        .number(WallClock.milliseconds * 1000),
        .numbers(versions.sorted { $0.key < $1.key }.map { ($0.key.description, Int64($0.value)) }),
      ], of: state.source)
    try await state.append(
      row, pipeline: checkpoint.pipeline, expected: sequence, version: sequence + 1)
  }
}
