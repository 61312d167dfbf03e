/// A publication: which changes a stream carries. Source: PostgreSQL manual, "CREATE PUBLICATION", "pg_publication".
struct Publication: Sendable, Hashable {
  var name: String
  var isForAllTables: Bool
  /// Of `insert`, `update`, `delete`, `truncate`.
  var operations: Set<String>
  /// Changes of partitions are published as changes of the table that they are partitions of.
  var isViaPartitionRoot: Bool
}

extension PostgresConnection {
  /// Nil where there is no such publication in this database.
  func publication(_ name: String) async throws -> Publication? {
    let found = try await query(
      "SELECT * FROM pg_catalog.pg_publication WHERE pubname = \(SQLQuoting.literal(name))")
    guard found.rows.count == 1 else { return nil }
    let operations = ["insert", "update", "delete", "truncate"].filter { found[0, "pub\($0)"] == "t" }
    return Publication(
      name: name, isForAllTables: found[0, "puballtables"] == "t", operations: Set(operations),
      isViaPartitionRoot: found[0, "pubviaroot"] == "t")
  }
}
