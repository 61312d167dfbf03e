public import CDCCore

extension PostgresSource {
  /// What the next capture would find to be different, by table, and tables that it would take in. Nothing is changed anywhere.
  ///
  /// - Parameter held: the destination's tables.
  /// - Throws: `CDCError.Code.schemaContract` where the capture would stop at it.
  public func differences(from held: [HeldTable]) async throws -> [TableName: TableDifference] {
    let survey = try await withConnection { try await self.survey(held, on: $0) }
    var found = survey.changes.mapValues { TableDifference(changes: $0) }
    for (table, reason) in survey.unsynced { found[table, default: TableDifference()].reloadReason = reason }
    return found
  }
}
