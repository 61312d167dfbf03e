/// Holds a Delta table against the PostgreSQL table that it copies: columns, types, every value of every row.
/// PostgreSQL's side is its own COPY text, by psql; the lake's side is what other engines read.
import Foundation
public import Testing

/// Records an issue for each engine that does not find in the Delta table at `lakeTable` exactly what
/// `postgresTable` holds now. Columns whose names begin with `_cdc_` do not count.
///
/// - Parameters:
///   - postgresTable: as SQL spells it, with its schema.
///   - filter: a WHERE condition on PostgreSQL's side.
public func expectEqual(
  lakeTable: String, postgresTable: String, in database: TestDatabase,
  engines: [Engine] = Engine.forDelta, version: Int? = nil, filter: String = "true",
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  for difference in try await differences(
    lakeTable: lakeTable, postgresTable: postgresTable, in: database, engines: engines,
    version: version, filter: filter)
  {
    Issue.record("\(difference)", sourceLocation: sourceLocation)
  }
}

/// As `expectEqual`, as sentences: one an engine, none where all agree.
public func differences(
  lakeTable: String, postgresTable: String, in database: TestDatabase,
  engines: [Engine] = Engine.forDelta, version: Int? = nil, filter: String = "true"
) async throws -> [String] {
  try await withTemporaryDirectory { directory in
    let copy = directory.path("rows")
    let columns = try await copyOut(postgresTable, in: database, to: copy, filter: filter)
    struct Answer: Decodable { var differences: [String] }
    var found: [String] = []
    for engine in engines {
      let answer: Answer = try await LakeReader.ask(
        LakeReader.Question(
          operation: "differences", engine: engine, path: lakeTable, version: version,
          columns: columns, copy: copy))
      if !answer.differences.isEmpty {
        found.append(
          "\(postgresTable) and \(lakeTable), read by \(engine), differ:\n  "
            + answer.differences.joined(separator: "\n  "))
      }
    }
    return found
  }
}

/// Writes the table's rows to a file as COPY text.
///
/// - Returns: its columns as JSON, in the order of the file's.
public func copyOut(
  _ postgresTable: String, in database: TestDatabase, to path: String, filter: String = "true"
) async throws -> String {
  let columns = try await database.psql(columnQuery(postgresTable))
  let names = try await database.psql(
    """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = '\(postgresTable.replacing("'", with: "''"))'::regclass AND \(publishedColumn)
    """)
  try await database.psql(
    """
    SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex';
    SET extra_float_digits = 1;
    \\copy (SELECT \(names) FROM \(postgresTable) WHERE \(filter)) TO '\(path)'
    """)
  return columns
}

/// Generated columns are not in the WAL's messages before PostgreSQL 18, so they are not copied.
/// Of generated columns the stored ones, from PostgreSQL 18 on.
private let publishedColumn = """
  attnum > 0 AND NOT attisdropped AND (attgenerated = ''
    OR (attgenerated = 's' AND current_setting('server_version_num')::int >= 180000))
  """

/// The table's columns as JSON, each type with what it is made of: a domain's base, an array's element, a composite's fields.
private func columnQuery(_ table: String) -> String {
  """
  CREATE FUNCTION pg_temp.described(type oid, modifier int) RETURNS json LANGUAGE plpgsql AS $$
  DECLARE t pg_type; BEGIN
    SELECT * INTO t FROM pg_type WHERE oid = type;
    IF t.typtype = 'd' THEN
      modifier := CASE WHEN modifier = -1 THEN t.typtypmod ELSE modifier END;
      RETURN json_build_object('name', t.typname, 'base', pg_temp.described(t.typbasetype, modifier));
    ELSIF t.typelem <> 0 AND t.typsend::text = 'array_send' THEN
      RETURN json_build_object('name', t.typname, 'element', pg_temp.described(t.typelem, modifier));
    ELSIF t.typtype = 'c' THEN
      RETURN json_build_object('name', t.typname, 'fields', (
        SELECT json_agg(json_build_object('name', attname, 'type', pg_temp.described(atttypid, atttypmod)) ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped));
    END IF;
    RETURN json_build_object('name', format_type(type, modifier));
  END $$;
  SELECT coalesce(json_agg(json_build_object(
    'name', attname, 'type', pg_temp.described(atttypid, atttypmod)) ORDER BY attnum), '[]')
  FROM pg_attribute WHERE attrelid = '\(table.replacing("'", with: "''"))'::regclass AND \(publishedColumn)
  """
}
