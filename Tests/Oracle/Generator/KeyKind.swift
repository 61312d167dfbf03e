/// What identifies a row: each kind has keys by number, so that transactions meet each other's rows.
enum KeyKind: String, Sendable, CaseIterable {
  case int, bigint, smallint, text, uuid, composite, date, timestamptz, numeric, freeNumeric, bytea, char
  case enumerated, citext, double, inet, list, range, row, jsonb, interval, bits, path, domain, name, truth
  case none

  /// Name and type of each column, as the table begins.
  var columns: [(name: String, type: String)] {
    switch self {
    case .int: [("id", "int")]
    case .bigint: [("id", "bigint")]
    case .smallint: [("id", "smallint")]
    case .text: [("id", "text")]
    case .uuid: [("id", "uuid")]
    case .composite: [("id", "int"), ("part", "text")]
    case .date: [("id", "date")]
    case .timestamptz: [("id", "timestamptz")]
    case .numeric: [("id", "numeric(12,2)")]
    case .freeNumeric: [("id", "numeric")]
    case .bytea: [("id", "bytea")]
    case .char: [("id", "char(8)")]
    case .enumerated: [("id", "shade"), ("part", "int")]
    case .citext: [("id", "citext")]
    case .double: [("id", "float8")]
    case .inet: [("id", "inet")]
    case .list: [("id", "text[]")]
    case .range: [("id", "int4range")]
    case .row: [("id", "pair")]
    case .jsonb: [("id", "jsonb")]
    case .interval: [("id", "interval")]
    case .bits: [("id", "bit(32)")]
    case .path: [("id", "ltree")]
    case .domain: [("id", "serial_number")]
    case .name: [("id", "name"), ("part", "macaddr")]
    case .truth: [("id", "boolean"), ("part", "pg_lsn")]
    case .none: []
    }
  }

  /// SQL of key number `n`, one value a column; `n` may be an expression in `i`. Different numbers are different keys.
  func literals(_ n: String) -> [String] {
    switch self {
    case .int: ["\(n)"]
    case .bigint: ["(\(n)) * 1000000007::bigint"]
    case .smallint: ["((\(n)) - 100)::smallint"]
    case .text:
      [
        "(ARRAY['', 'k', 'Ключ ', E' \\t']::text[])[1 + (\(n)) % 4] || CASE WHEN (\(n)) < 4 THEN '' ELSE (\(n))::text END"
      ]
    case .uuid: ["md5((\(n))::text)::uuid"]
    case .composite: ["(\(n)) % 7", "'c' || (\(n)) / 7"]
    case .date: ["date '1999-12-01' + (\(n))"]
    case .timestamptz: ["timestamptz '1969-12-31 23:59:58Z' + (\(n)) * interval '100.000001 ms'"]
    case .numeric: ["(\(n)) - 50.25"]
    case .freeNumeric: ["((\(n)) * 1.5)::numeric"]
    case .bytea: ["decode(lpad(to_hex(\(n)), 8, '0'), 'hex')"]
    case .char: ["'k' || (\(n))"]
    case .enumerated: ["(enum_range(NULL::shade))[1 + (\(n)) % 4]", "(\(n)) / 4"]
    case .citext: ["(CASE (\(n)) % 2 WHEN 0 THEN 'Kéy' ELSE 'kÉY ' END || (\(n)))::citext"]
    case .double:
      [
        "(CASE \(n) WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' WHEN 3 THEN '-Infinity' ELSE ((\(n)) * 0.1 - 1)::text END)::float8"
      ]
    case .inet: ["(CASE (\(n)) % 2 WHEN 0 THEN '10.0.0.0' ELSE '2001:db8::' END)::inet + (\(n))"]
    case .list: ["ARRAY['k', NULL, 'a,\"b', (\(n))::text]"]
    case .range: ["int4range(\(n), CASE (\(n)) % 3 WHEN 0 THEN NULL ELSE (\(n)) + 2 END)"]
    case .row: ["ROW((\(n)) % 7, 'x, ' || (\(n)) / 7)::pair"]
    case .jsonb: ["jsonb_build_object('k', \(n), 'of', '[null]'::jsonb)"]
    case .interval: ["(\(n)) * interval '1 day 00:00:00.5'"]
    case .bits: ["(\(n))::bit(32)"]
    case .path: ["('k.n' || (\(n)))::ltree"]
    case .domain: ["((\(n)) - 20)::serial_number"]
    case .name: ["('k' || (\(n)) % 5)::name", "('08002b' || lpad(to_hex((\(n)) / 5), 6, '0'))::macaddr"]
    case .truth: ["(\(n)) % 2 = 0", "pg_lsn '0/FFFFFF00' + (\(n)) / 2"]
    case .none: []
    }
  }
}
