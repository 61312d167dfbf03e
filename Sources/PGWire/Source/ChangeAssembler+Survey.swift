import CDCCore

/// What no change of the log tells: it is handed over once the stream has come to where the catalog was read.
extension ChangeAssembler {
  /// Has what a later look at the catalog has found told too.
  mutating func tell(_ survey: TableSurvey) {
    if !survey.reshaped.isEmpty || !survey.removed.isEmpty { self.survey = survey }
  }

  /// What the tables met look like now.
  var shapes: [TableName: TableSchema] {
    let met = places.values.filter { $0 >= 0 }.map { tables[$0].layout.schema }
    return Dictionary(met.map { ($0.name, $0) }) { _, last in last }
  }

  /// A boundary behind the last commit taken: the server has said that nothing commits in between.
  mutating func appendBoundary(at end: LSN) {
    let time = lastCommit?.commitTime ?? (survey?.reshaped.isEmpty == false ? survey?.time : nil) ?? 0
    _ = appendShapes(at: end)
    append(Boundary(position: end, commitTime: time, removed: takeRemoved(at: end)))
  }

  mutating func append(_ boundary: Boundary) {
    (reached, reachedAt) = (boundary.position, ReplicationClock.now)
    events.append(.boundary(boundary))
  }

  /// Hands over the shape of tables that have another one, where the changes so far have not told of it.
  mutating func appendShapes(at position: LSN) -> Bool {
    guard let survey, survey.position <= position else { return false }
    self.survey?.reshaped = []
    var isAny = false
    for table in survey.reshaped where isUntold(table) {
      isAny = true
      let schema = table.schema
      let columns = schema.columns.map { ColumnVector(nulls: 0, of: $0.type) }
      events.append(
        .changes(
          ChangeBatch(
            rows: RowBatch(table: schema, rowCount: 0, columns: columns), operations: [], positions: [],
            transactions: [])))
    }
    return isAny
  }

  private func isUntold(_ table: TableLayout) -> Bool {
    guard let place = places[table.oid] else { return true }
    if place < 0 { return false }
    let layout = tables[place].layout
    // A shape that was pieced together from the log and the catalog has the catalog's mark, and the log's names.
    return !layout.isLaterThanSurvey
      && (layout.schema.mark != table.schema.mark
        || layout.schema.columns.map(\.name) != table.schema.columns.map(\.name))
  }

  mutating func takeRemoved(at position: LSN) -> [TableName] {
    guard let survey, survey.position <= position else { return [] }
    self.survey = nil
    return survey.removed
  }

  /// What is to be handed over where the stream need not begin: all is there up to `position`.
  mutating func takeFinalEvents(at position: LSN) -> [ChangeEvent] {
    if survey == nil { return [] }
    appendBoundary(at: position)
    return takeEvents()
  }
}
