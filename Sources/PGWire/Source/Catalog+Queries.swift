/// The queries on the system catalogs. Source: PostgreSQL manual, "System Catalogs".
///
/// A deferrable primary key identifies no row for replication: two rows may have the same key within a transaction, and
/// PostgreSQL refuses it as an identity (relcache.c, RelationGetIndexList).
extension Catalog {
  static func relations(
    from connection: PostgresConnection, where condition: String = "true"
  ) async throws -> [CatalogTable] {
    let sql = """
      SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition, c.relpersistence, c.relreplident,
        obj_description(c.oid, 'pg_class'),
        (SELECT array_to_string((i.indkey::int2[])[0:i.indnkeyatts - 1], ' ') FROM pg_index i
          WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate),
        (SELECT array_to_string((i.indkey::int2[])[0:i.indnkeyatts - 1], ' ') FROM pg_index i
          WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid),
        c.relkind = 'p' AND EXISTS (
          SELECT FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid
          WHERE t.isleaf AND l.relkind = 'r' AND NOT CASE l.relreplident
            WHEN 'f' THEN true
            WHEN 'd' THEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = l.oid AND i.indisprimary AND i.indimmediate)
            WHEN 'i' THEN EXISTS (SELECT FROM pg_index i WHERE i.indrelid = l.oid AND i.indisreplident)
            ELSE false END)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND \(condition)
      """
    return try await connection.query(sql).rows.compactMap { row in
      guard row.count == 11, let oid = row[0].flatMap(UInt32.init), let schema = row[1],
        let name = row[2], let kind = row[3]?.first
      else { return nil }
      return CatalogTable(
        oid: oid, schema: schema, name: name, kind: kind, isPartition: row[4] == "t",
        persistence: row[5]?.first ?? "p", replicaIdentity: row[6]?.first ?? "n", comment: row[7],
        primaryKey: numbers(row[8]), identityIndex: numbers(row[9]),
        hasLeafWithoutIdentity: row[10] == "t", columns: [])
    }
  }

  /// By table, in the order of their numbers.
  static func columns(
    of tables: [UInt32], from connection: PostgresConnection
  ) async throws -> [UInt32: [CatalogColumn]] {
    let sql = """
      SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated <> '',
        format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum)
      FROM pg_attribute a
      WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attrelid, a.attnum
      """
    var columns: [UInt32: [CatalogColumn]] = [:]
    for row in try await connection.query(sql, [arrayLiteral(tables)]).rows {
      guard row.count == 9, let table = row[0].flatMap(UInt32.init), let number = row[1].flatMap(Int.init),
        let name = row[2], let type = row[3].flatMap(UInt32.init), let typmod = row[4].flatMap(Int32.init)
      else { continue }
      columns[table, default: []].append(
        CatalogColumn(
          number: number, name: name, type: type, typmod: typmod, isNotNull: row[5] == "t",
          isGenerated: row[6] == "t", typeName: row[7] ?? "", comment: row[8]))
    }
    return columns
  }

  private static func numbers(_ text: String?) -> [Int] {
    (text ?? "").split(separator: " ").compactMap { Int($0) }
  }

  static func arrayLiteral(_ oids: [UInt32]) -> String {
    "{" + oids.map(String.init).joined(separator: ",") + "}"
  }
}
