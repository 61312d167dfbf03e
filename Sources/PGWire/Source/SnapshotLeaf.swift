/// One heap of a table: the table itself, or one of its partitions.
struct SnapshotLeaf: Sendable {
  var quotedName: String
  /// In pages; rows that came later than the count lie behind it.
  var pages: Int
  /// A partition may live on another server, where there are no row addresses.
  var isForeign: Bool

  /// The heaps of each table, in the tables' order.
  static func read(_ tables: [UInt32], from connection: PostgresConnection) async throws -> [[SnapshotLeaf]] {
    let sql = """
      SELECT t.number, n.nspname, c.relname, c.relkind = 'f',
        CASE WHEN c.relkind = 'f' THEN 0
          ELSE pg_relation_size(c.oid) / current_setting('block_size')::bigint END
      FROM unnest($1::oid[]) WITH ORDINALITY AS t (oid, number)
        JOIN pg_class root ON root.oid = t.oid
        CROSS JOIN LATERAL (
          SELECT t.oid AS relid WHERE root.relkind <> 'p'
          UNION ALL
          SELECT p.relid FROM pg_partition_tree(t.oid) p WHERE root.relkind = 'p' AND p.isleaf) AS leaf
        JOIN pg_class c ON c.oid = leaf.relid AND c.relkind IN ('r', 'f')
        JOIN pg_namespace n ON n.oid = c.relnamespace
      ORDER BY 1, 2, 3
      """
    let list = "{" + tables.map(String.init).joined(separator: ",") + "}"
    var leaves = [[SnapshotLeaf]](repeating: [], count: tables.count)
    for row in try await connection.query(sql, [list]).rows {
      guard row.count == 5, let number = row[0].flatMap({ Int($0) }), tables.indices.contains(number - 1),
        let schema = row[1], let name = row[2]
      else { continue }
      leaves[number - 1].append(
        SnapshotLeaf(
          quotedName: SQLQuoting.identifier(schema, name), pages: row[4].flatMap { Int($0) } ?? 0,
          isForeign: row[3] == "t"))
    }
    return leaves
  }
}
