/// The queries on the system catalogs. Source: PostgreSQL manual, "System Catalogs".
///
/// A deferrable primary key identifies no row for replication: two rows may have the same key within a transaction, and
/// PostgreSQL refuses it as an identity (relcache.c, RelationGetIndexList).
extension Catalog {
  /// - Parameter publications: those that `membership` is about.
  static func relations(
    from connection: PostgresConnection, publications: [String], where condition: String = "true"
  ) async throws -> [CatalogTable] {
    let sql = relations(
      publications: "$1", where: condition, withLists: await connection.serverVersion >= 150_000)
    return try await connection.query(sql, [nameList(publications)]).rows.compactMap { CatalogTable($0) }
  }

  /// SQL: a row a relation, as `CatalogTable.init` reads it.
  ///
  /// - Parameters:
  ///   - publications: SQL for the publications' names, an array of text.
  ///   - withLists: lists of columns and filters of rows, which came with PostgreSQL 15; the filters of several publications
  ///     are alternatives.
  static func relations(publications: String, where condition: String, withLists: Bool = false) -> String {
    let entries = """
      FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
        WHERE r.prrelid = c.oid AND p.pubname = ANY (\(publications)::text[])
      """
    let lists = """
      (SELECT max(r.prattrs::text) \(entries)),
      (SELECT CASE WHEN bool_and(r.prqual IS NOT NULL)
        THEN '(' || string_agg(pg_get_expr(r.prqual, r.prrelid), ') OR (') || ')' END \(entries))
      """
    return """
      SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition, c.relpersistence, c.relreplident,
        obj_description(c.oid, 'pg_class'),
        (SELECT array_to_string((i.indkey::int2[])[0:i.indnkeyatts - 1], ' ') FROM pg_index i
          WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate),
        (SELECT array_to_string((i.indkey::int2[])[0:i.indnkeyatts - 1], ' ') FROM pg_index i
          WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid),
        CASE WHEN c.relkind = 'p' THEN (SELECT string_agg(DISTINCT CASE l.relreplident WHEN 'f' THEN 'whole' ELSE coalesce((
            SELECT string_agg(r.attnum::text, ' ' ORDER BY r.attnum) FROM pg_index i
              JOIN pg_attribute s ON s.attrelid = l.oid AND s.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
              JOIN pg_attribute r ON r.attrelid = c.oid AND r.attname = s.attname
            WHERE i.indrelid = l.oid AND CASE l.relreplident WHEN 'd' THEN i.indisprimary AND i.indimmediate
              WHEN 'i' THEN i.indisreplident ELSE false END), '') END, ',')
          FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid WHERE t.isleaf AND l.relkind = 'r') END,
        pg_has_role(c.relowner, 'USAGE'), c.relnatts,
        CASE c.relkind WHEN 'r' THEN c.oid || ':' || c.relfilenode
          WHEN 'p' THEN (SELECT string_agg(l.oid || ':' || l.relfilenode, ' ' ORDER BY l.oid)
            FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid WHERE t.isleaf) END,
        CASE WHEN c.relkind = 'p' THEN (SELECT string_agg(i.inhrelid::text, ' ' ORDER BY i.inhrelid)
          FROM pg_partition_tree(c.oid) t JOIN pg_inherits i ON i.inhrelid = t.relid
            JOIN pg_attribute s ON s.attrelid = t.relid AND s.attnum = -1
          WHERE t.level > 0 AND (NOT i.xmin = s.xmin OR EXISTS (SELECT FROM pg_attribute a
            WHERE a.attrelid = t.relid AND a.attnum > 0 AND NOT (a.xmin = s.xmin AND a.cmin = s.cmin)))) END,
        (SELECT string_agg(r.oid::text, ' ' ORDER BY r.oid) \(entries)),
        \(withLists ? lists : "NULL, NULL"),
        CASE WHEN (c.relkind = 'p' OR c.relreplident = 'f') AND NOT EXISTS (
            SELECT FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid
            WHERE t.isleaf AND l.relkind = 'r' AND l.relreplident <> 'f')
          THEN coalesce((SELECT string_agg(array_to_string((i.indkey::int2[])[0:i.indnkeyatts - 1], ' '), ',')
            FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
              AND i.indpred IS NULL AND i.indexprs IS NULL), '') END,
        (SELECT string_agg(p.xmin::text, ' ' ORDER BY p.oid) \(entries)),
        CASE WHEN c.relkind = 'p' THEN (SELECT min(l.oid::regclass::text) FROM pg_partition_tree(c.oid) t
          JOIN pg_class l ON l.oid = t.relid WHERE t.isleaf AND l.relpersistence = 'u') END
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND \(condition)
      """
  }

  /// By table, in the order of their numbers. A default that older rows show is noted at the tables that have rows: of a
  /// partitioned one at its leaves.
  ///
  /// - Parameter publications: a generated column is a column like any other where they publish it.
  static func columns(
    of tables: [UInt32], publications: [String], from connection: PostgresConnection
  ) async throws -> [UInt32: [CatalogColumn]] {
    let sql = Self.columns(tables: "$1", publications: "$2")
    var columns: [UInt32: [CatalogColumn]] = [:]
    for row in try await connection.query(sql, [arrayLiteral(tables), nameList(publications)]).rows {
      guard let table = row.first?.flatMap({ UInt32($0) }), let column = CatalogColumn(row) else { continue }
      columns[table, default: []].append(column)
    }
    return columns
  }

  /// SQL: a row a column, as `CatalogColumn.init` reads it. From PostgreSQL 18 on a column may be NOT NULL for new rows only
  /// (NOT VALID), and a stored generated column is published where a list of columns names it.
  ///
  /// - Parameters:
  ///   - tables: SQL for an array of OIDs.
  ///   - publications: SQL for the publications' names, an array of text.
  static func columns(tables: String, publications: String) -> String {
    """
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod,
      a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint k
        WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum] AND NOT k.convalidated),
      a.attgenerated <> '' AND NOT (a.attgenerated = 's' AND (\(publishesGenerated(publications)) OR EXISTS (
        SELECT FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
        WHERE r.prrelid = a.attrelid AND p.pubname = ANY (\(publications)::text[])
          AND to_jsonb(r) -> 'prattrs' @> to_jsonb(a.attnum)))),
      format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum), a.xmin,
      a.atthasmissing OR EXISTS (
        SELECT FROM pg_class p CROSS JOIN LATERAL pg_partition_tree(p.oid) t
          JOIN pg_attribute l ON l.attrelid = t.relid AND l.attname = a.attname
        WHERE p.oid = a.attrelid AND p.relkind = 'p' AND l.atthasmissing),
      made.labels, made.attributes
    FROM pg_attribute a CROSS JOIN LATERAL (
      WITH RECURSIVE part (oid) AS (
        SELECT a.atttypid WHERE a.atttypid >= \(firstUserOID)
        UNION
        SELECT inner_part.oid FROM part p CROSS JOIN LATERAL (\(parts(of: "p.oid"))) AS inner_part (oid)
        WHERE inner_part.oid <> 0)
      SELECT (SELECT string_agg(e.enumlabel, chr(1) ORDER BY e.oid) FROM pg_enum e
          WHERE e.enumtypid IN (SELECT oid FROM part)),
        (SELECT string_agg(s.attrelid || '.' || s.attnum, ' ' ORDER BY s.attrelid, s.attnum)
          FROM part p JOIN pg_type t ON t.oid = p.oid JOIN pg_attribute s ON s.attrelid = t.typrelid
          WHERE t.typtype = 'c' AND s.attnum > 0 AND NOT s.attisdropped)) AS made (labels, attributes)
    WHERE a.attrelid = ANY (\(tables)::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum
    """
  }

  /// SQL: the types that a type is made of directly: under domains and arrays, of attributes, of the bounds of ranges.
  ///
  /// - Parameter type: SQL for its OID.
  static func parts(of type: String) -> String {
    // A range's multirange is not in pg_range before PostgreSQL 14.
    """
    SELECT unnest(ARRAY[t.typbasetype, t.typelem]) FROM pg_type t WHERE t.oid = \(type)
    UNION ALL SELECT s.atttypid FROM pg_type t JOIN pg_attribute s ON s.attrelid = t.typrelid
      WHERE t.oid = \(type) AND t.typtype = 'c' AND s.attnum > 0 AND NOT s.attisdropped
    UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = \(type)
    UNION ALL SELECT r.rngtypid FROM pg_range r WHERE (to_jsonb(r) ->> 'rngmultitypid')::oid = \(type)
    """
  }

  /// Types below it are PostgreSQL's own (FirstNormalObjectId): none has an enum or a composite that could be altered in it.
  private static let firstUserOID = 16384

  /// SQL: whether stored generated columns are published. From PostgreSQL 18 on a publication may say so; those that are yet
  /// to be made will, unless there is one that does not.
  ///
  /// - Parameter names: SQL for the publications' names, an array of text.
  static func publishesGenerated(_ names: String) -> String {
    """
    current_setting('server_version_num')::int >= 180000 AND NOT EXISTS (SELECT FROM pg_publication p
      WHERE p.pubname = ANY (\(names)::text[]) AND to_jsonb(p) ->> 'pubgencols' IS DISTINCT FROM 's')
    """
  }

  private static func nameList(_ names: [String]) -> String {
    "{" + names.map { "\"\($0)\"" }.joined(separator: ",") + "}"
  }

  static func arrayLiteral(_ oids: [UInt32]) -> String {
    "{" + oids.map(String.init).joined(separator: ",") + "}"
  }
}
