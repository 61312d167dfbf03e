/// What identifies a row: each kind has keys by number, so that transactions meet each other's rows.
enum KeyKind: String, Sendable, CaseIterable {
  case int, bigint, smallint, text, uuid, composite, date, timestamptz, numeric, freeNumeric, bytea, char,
    none

  /// Name and type of each column; the first is `id`.
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
    case .none: []
    }
  }
}
