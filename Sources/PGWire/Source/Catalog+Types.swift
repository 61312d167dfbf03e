import CDCCore

/// What the catalog says about types. Source: PostgreSQL manual, "System Catalogs".
extension Catalog {
  /// The types, with those that they are made of: under domains and arrays, of attributes, of the bounds of ranges.
  static func types(_ oids: Set<UInt32>, from connection: PostgresConnection) async throws -> TypeMap {
    let sql = """
      WITH RECURSIVE ranges AS MATERIALIZED (
        SELECT rngtypid AS range, rngsubtype AS bound, (to_jsonb(r) ->> 'rngmultitypid')::oid AS multirange
        FROM pg_range r),
      needed (oid) AS (
        SELECT unnest($1::oid[])
        UNION
        SELECT part.oid FROM needed n CROSS JOIN LATERAL (\(parts(of: "n.oid"))) AS part (oid)
        WHERE part.oid <> 0)
      SELECT t.oid, t.typname, t.typtype, t.typbasetype, t.typtypmod, t.typelem, t.typdelim, p.proname,
        format_type(t.oid, NULL), coalesce(r.bound, m.range, 0),
        CASE WHEN t.oid = 790 THEN scale(0::money::numeric) END
      FROM needed n JOIN pg_type t ON t.oid = n.oid LEFT JOIN pg_proc p ON p.oid = t.typsend
        LEFT JOIN ranges r ON r.range = t.oid LEFT JOIN ranges m ON m.multirange = t.oid
      """
    let rows = try await connection.query(sql, [arrayLiteral(oids.sorted())]).rows
    var types = rows.compactMap { row -> PostgresType? in
      guard row.count == 11, let oid = row[0].flatMap(UInt32.init) else { return nil }
      return PostgresType(
        oid: oid, name: row[8] ?? row[1] ?? "", typtype: row[2]?.first ?? "b",
        baseType: row[3].flatMap(UInt32.init) ?? 0, baseTypmod: row[4].flatMap(Int32.init) ?? -1,
        element: row[5].flatMap(UInt32.init) ?? 0, delimiter: row[6]?.utf8.first ?? UInt8(ascii: ","),
        send: row[7] ?? "", range: row[9].flatMap(UInt32.init) ?? 0,
        moneyScale: row[10].flatMap { Int($0) } ?? 2)
    }
    if types.contains(where: { $0.typtype == "c" }) {
      let attributes = try await attributes(
        of: types.filter { $0.typtype == "c" }.map(\.oid), from: connection)
      for index in types.indices { types[index].attributes = attributes[types[index].oid] ?? [] }
    }
    return TypeMap(types)
  }

  /// Of composite types, in order.
  private static func attributes(
    of types: [UInt32], from connection: PostgresConnection
  ) async throws -> [UInt32: [PostgresType.Attribute]] {
    let sql = """
      SELECT t.oid, a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod)
      FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid
      WHERE t.oid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY t.oid, a.attnum
      """
    var attributes: [UInt32: [PostgresType.Attribute]] = [:]
    for row in try await connection.query(sql, [arrayLiteral(types)]).rows {
      guard row.count == 5, let oid = row[0].flatMap(UInt32.init), let name = row[1],
        let type = row[2].flatMap(UInt32.init), let typmod = row[3].flatMap(Int32.init)
      else { continue }
      attributes[oid, default: []].append(
        .init(name: name, type: type, typmod: typmod, typeName: row[4] ?? ""))
    }
    return attributes
  }
}
