import CDCCore
import TestSupport

@testable import DeltaSink

/// A small table in a lake, and the loads and packages of pipeline `p` that change it.
enum ItemTable {
  static let table = TableSchema(
    name: TableName(schema: "public", name: "item"),
    columns: [
      ColumnSchema(name: "id", type: .long), ColumnSchema(name: "name", type: .string),
      ColumnSchema(name: "note", type: .string),
    ], key: [0])

  static func rows(_ ids: Range<Int>, _ name: String) -> [[Value]] {
    ids.map { [.integer(Int128($0)), .text("\(name)\($0)"), .text("note\($0)")] }
  }

  static func changes(
    _ operation: CDCCore.Operation, _ rows: [[Value]], at commit: UInt64, table: TableSchema = table
  ) -> ChangeBatch {
    ChangeBatch(
      rows: RowBatch(table, rows), operations: rows.map { _ in operation }, positions: [],
      transactions: [TransactionRun(firstRow: 0, commitLSN: LSN(commit), commitTime: 0, xid: 1)])
  }

  static func load(
    _ lake: LocalDeltaDestination, _ rows: [[Value]], table: TableSchema = table
  ) async throws {
    _ = try await lake.open(pipeline: "p")
    let load = try await lake.beginLoad(table, disposition: .merge, pipeline: "p", position: LSN(100))
    try await load.write(RowBatch(table, rows))
    try await load.commit()
    try await lake.record(checkpoint(100, kind: .fullLoad))
  }

  static func checkpoint(_ position: UInt64, kind: Checkpoint.Kind = .cdc) -> Checkpoint {
    Checkpoint(
      pipeline: "p", kind: kind, packageID: "p-\(position)", position: LSN(position), commitTime: 0,
      rowCount: 1)
  }

  static func deliver(
    _ lake: LocalDeltaDestination, _ batches: [ChangeBatch], to position: UInt64,
    beforeCommit: () async throws -> Void = {}
  ) async throws {
    let package = try await lake.beginPackage(LoadPackage(pipeline: "p", from: LSN(100)))
    for batch in batches { try await package.write(batch, disposition: .merge) }
    try await beforeCommit()
    try await package.commit(checkpoint(position))
  }

  /// Of a table of 100 rows the first ones get another name, each in a package of its own.
  static func updated(_ harness: LakeHarness, packages: Int) async throws -> LocalDeltaDestination {
    let lake = harness.destination()
    try await load(lake, rows(0..<100, "old"))
    for number in 0..<packages {
      let commit = UInt64(200 + number * 10)
      try await deliver(
        lake, [changes(.update, rows(number..<(number + 1), "new"), at: commit)], to: commit + 5)
    }
    return lake
  }

  /// What `updated` leaves.
  static func rows(after packages: Int) -> [[Value]] {
    rows(0..<packages, "new") + rows(packages..<100, "old")
  }
}
