import CDCCore

/// What the state tables hold of a pipeline, and how it is read.
struct HeldState: Sendable, Hashable {
  var pipeline: String
  var epoch: Int64
  var runner: String
  /// Counts the checkpoints.
  var sequence: Int64
  /// The newest checkpoint in `_cdc_loads`; behind `sequence` where a runner died between the two.
  var recorded: Int64
  var checkpoint: Checkpoint?

  static func read(_ session: DatabricksSession, pipeline: String) async throws -> HeldState? {
    let statements = StateStatements(layout: session.layout, pipeline: pipeline)
    let rows = try await session.execute(statements.read).rows
    guard let row = rows.first else { return nil }
    guard row.count == 9, let epoch = row[0].flatMap({ Int64($0) }),
      let sequence = row[2].flatMap({ Int64($0) })
    else { throw notUnderstood(DatabricksLayout.state) }
    var state = HeldState(
      pipeline: pipeline, epoch: epoch, runner: row[1] ?? "", sequence: sequence,
      recorded: row[8].flatMap { Int64($0) } ?? 0)
    if let kind = row[3] {
      guard let kind = Checkpoint.Kind(rawValue: kind), let position = row[5].flatMap({ UInt64($0) }) else {
        throw notUnderstood(DatabricksLayout.state)
      }
      state.checkpoint = Checkpoint(
        pipeline: pipeline, kind: kind, packageID: row[4] ?? "", position: LSN(position),
        commitTime: row[6].flatMap { Int64($0) } ?? 0, rowCount: row[7].flatMap { Int($0) } ?? 0)
    }
    return state
  }

  static func tables(
    _ session: DatabricksSession, pipeline: String
  ) async throws -> [TableName: KnownTable] {
    let statements = StateStatements(layout: session.layout, pipeline: pipeline)
    var tables: [TableName: KnownTable] = [:]
    try await session.warehouse.rows(statements.readTables) { rows in
      for row in rows {
        guard row.count == 11, let schema = row[0], let name = row[1], let target = row[2],
          let version = row[3].flatMap({ Int64($0) })
        else { throw notUnderstood(DatabricksLayout.schemas) }
        let table = TableName(schema: schema, name: name)
        // What an earlier version of this package wrote may not be understood: such a table counts as not known.
        var shape = row[4].flatMap { try? TableSchema(schemaLog: $0, name: table, mark: row[5]) }
        shape?.comment = row[6]
        var known = KnownTable(
          target: target, version: version, shape: shape, loadID: row[8],
          loadPosition: row[9].flatMap { UInt64($0) }.map { LSN($0) },
          loadedAfter: row[10].flatMap { Int64($0) } ?? 0)
        remember(row[7], in: &known)
        tables[table] = known
      }
    }
    return tables
  }

  /// By table, in Databricks' order.
  static func columns(
    _ session: DatabricksSession, of target: String? = nil, _ guard: EpochGuard? = nil
  ) async throws -> [String: [HeldColumn]] {
    var tables: [String: [HeldColumn]] = [:]
    let statement = PlaceStatements(layout: session.layout).columns(of: target, `guard`)
    try await session.rows(statement) { rows in
      for row in rows {
        guard row.count == 4, let table = row[0], let name = row[1], let type = row[2] else {
          throw notUnderstood("information_schema")
        }
        tables[table, default: []].append(HeldColumn(name: name, typeText: type, comment: row[3]))
      }
    }
    return tables
  }

  /// Columns in a JSON array of shapes.
  private static func remember(_ shapes: String?, in table: inout KnownTable) {
    for shape in shapes.flatMap({ try? JSONValue(parsing: $0).elements }) ?? [] {
      for column in shape.string.flatMap({ try? JSONValue(parsing: $0).elements }) ?? [] {
        if let name = column["name"]?.string { table.remember(name, column["number"]?.integer) }
      }
    }
  }

  private static func notUnderstood(_ table: String) -> DatabricksError {
    DatabricksError(.invalidAnswer, "A row of \(table) cannot be understood: another version wrote it.")
  }
}
