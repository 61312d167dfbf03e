import CDCCore
import Logging

/// What stays of a table when it is loaded again beside others.
extension DatabricksRun {
  /// Rows that stay, as the table has them now; nil where its history begins anew.
  func history(
    _ rows: CarriedRows, of staged: StagedTable, emptied: LSN?
  ) async throws -> StagedHistory? {
    let name = staged.table.name
    guard let known = tables[name], known.shape != nil else { return nil }
    guard let held = try await columns(of: staged.target), let version = try await version(of: staged.target)
    else {
      session.logger.notice(
        "the table is no longer in Databricks: its history begins anew", metadata: ["table": "\(name)"])
      return nil
    }
    let before = known.before(held, withheld: rows.withheld.numbers)
    guard let carried = CarriedColumns(of: rows, from: before, to: staged.table) else {
      session.logger.notice(
        "the table's rows were of another kind or key: its history begins anew",
        metadata: ["table": "\(name)"])
      return nil
    }
    if !carried.unfit.isEmpty {
      session.logger.warning(
        "older rows have no value in columns whose type has changed",
        metadata: [
          "table": "\(name)", "columns": "\(carried.unfit.joined(separator: ", "))",
          "instead": "their values are in version \(version) of the Delta table",
        ])
    }
    let sources = carried.origins.map { $0.map { before.columns[$0] } }
    let own = staged.table.columns.count
    var history = StagedHistory(version: version, origins: Array(sources.prefix(own)))
    history.former = sources.dropFirst(own).compactMap(\.self)
    history.unlessLoaded = rows.unlessLoaded
    history.endings = rows.endings.compactMap { ending in
      staged.table.columns.first { $0.name == ending.column }.map { .init(ending, $0.type) }
    }
    history.emptied = emptied
    return history
  }

  /// The newest version of the Delta table; nil where there is no such table.
  private func version(of target: String) async throws -> Int64? {
    do {
      let result = try await session.execute(ReadStatements(layout: session.layout).version(of: target))
      guard let version = result.count("version") else {
        throw DatabricksError(.invalidAnswer, "The history of \(target) does not tell the table's version.")
      }
      return Int64(version)
    } catch let error as DatabricksError where error.isMissingPlace {
      return nil
    }
  }
}

extension KnownTable {
  /// The table in Databricks with what the source knows its columns by; without those of which it is not certain that their values may
  /// stay.
  func before(_ held: [HeldColumn], withheld: Set<Int>) -> TableSchema {
    var table = TableSchema(name: shape?.name ?? TableName(schema: "", name: target), columns: [])
    let known = Dictionary(
      (shape?.columns ?? []).map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    for column in held {
      guard let type = column.type else { continue }
      let name = column.name.lowercased()
      let number = known[name].map(\.number) ?? (wasNever(withheld, name) ? Self.droppedNumber : nil)
      guard known[name] != nil || number != nil else { continue }
      table.columns.append(ColumnSchema(name: column.name, type: type, number: number))
    }
    table.key = (shape?.keyColumns ?? []).compactMap { key in
      table.columns.firstIndex { $0.name.lowercased() == key.name.lowercased() }
    }
    return table
  }

  /// Whether all columns that ever had the name are known to be others than these.
  private func wasNever(_ withheld: Set<Int>, _ name: String) -> Bool {
    guard let numbers = everyNumber[name], !numbers.isEmpty else { return false }
    return numbers.allSatisfy { $0.map { !withheld.contains($0) } ?? false }
  }
}
