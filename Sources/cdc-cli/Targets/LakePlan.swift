internal import CDCCore
internal import DeltaSink

/// What the next run would do to a lake, in words: it sends no statements.
struct LakePlan {
  let lake: LocalDeltaDestination
  let request: PlanRequest

  func steps() async throws -> [PlannedStep] {
    if request.mode == .cdc, request.checkpoint == nil || request.checkpoint?.kind == .unfinishedLoad {
      throw CDCError(
        .noCheckpoint,
        "Pipeline \(request.pipeline) has no finished full load in this lake, so there are no changes to apply. "
          + "See cdc plan --mode full_load.")
    }
    var steps: [PlannedStep] = []
    for (schema, disposition) in request.tables {
      let found = try await lake.describe(schema.name)
      let place = try lake.path(of: schema.name)
      steps.append(PlannedStep("\(schema.name) (\(place)): \(words(schema, disposition, found))"))
    }
    return steps + [PlannedStep("the checkpoint moves on: a row of \(lake.root)/_cdc_loads")]
  }

  private func words(_ schema: TableSchema, _ disposition: WriteDisposition, _ found: LakeTable?) -> String {
    let held = found.map { "version \($0.version), \($0.rows.map { plural($0, "row") } ?? "rows unknown")" }
    if request.mode == .fullLoad {
      return held.map { "all rows are replaced (\($0))" }
        ?? "is made, \(plural(schema.columns.count, "column"))"
    }
    let difference = request.differences[schema.name]
    if let reason = difference?.reloadReason {
      return "is loaded\(found == nil ? "" : " again"), because \(reason)"
    }
    let key = schema.keyColumns.map(\.name).joined(separator: ", ")
    let change =
      switch disposition {
      case .merge: "changes are merged by \(key)"
      case .softDelete: "changes are merged by \(key), deleted rows stay with their time"
      case .scd2: "every version of a row by \(key) is kept"
      case .insertOnly: "inserts are added by \(key), the rest is left out"
      case .append: "every change becomes a row"
      case .replace: "nothing, changes are not captured"
      }
    return change + (held.map { " (\($0))" } ?? " (the table is made)")
      + (difference?.changes ?? []).map { "; \($0)" }.joined()
  }
}
