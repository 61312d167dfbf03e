/// The types of which columns are made, each with values at its edges as SQL literals.
struct ColumnKind: Sendable {
  var type: String
  var values: [String]
  /// Values of these types are made long and stored out of line, so that updates leave them out.
  var isLarge = false

  /// A literal of the type, or NULL.
  func literal(_ random: inout OracleRandom, nullPercent: Int = 15) -> String {
    if random.chance(nullPercent) { return "NULL" }
    if isLarge { return largeValue(random.below(26), length: random.pick([3, 2500, 9000])) }
    return "CAST(\(random.pick(values)) AS \(type))"
  }

  /// An expression in `i` that takes all values and null in turn.
  var expression: String {
    if isLarge { return "CASE WHEN i % 5 = 0 THEN \(largeValue(3, length: 2600)) END" }
    let cases = values.enumerated().map { "WHEN \($0) THEN CAST(\($1) AS \(type))" }
    return "CASE i % \(values.count + 1) \(cases.joined(separator: " ")) END"
  }

  private func largeValue(_ letter: Int, length: Int) -> String {
    let text = "repeat(chr(\(97 + letter)), \(length))"
    return switch type {
    case "bytea": "convert_to(\(text), 'UTF8')"
    case "jsonb": "to_jsonb(\(text))"
    case "text[]": "ARRAY[\(text), NULL, 'x']"
    default: text
    }
  }

  static let large = ["text", "bytea", "jsonb", "text[]", "varchar"].map {
    ColumnKind(type: $0, values: [], isLarge: true)
  }

  static let small: [ColumnKind] = [
    ColumnKind(type: "bool", values: ["true", "false"]),
    ColumnKind(type: "int2", values: ["-32768", "0", "32767"]),
    ColumnKind(type: "int4", values: ["-2147483648", "0", "7", "2147483647"]),
    ColumnKind(type: "int8", values: ["-9223372036854775808", "-1", "9223372036854775807"]),
    ColumnKind(type: "oid", values: ["0", "4294967295"]),
    ColumnKind(type: "float4", values: ["'NaN'", "'-Infinity'", "'-0'", "3.4028235e38", "1e-45", "0.1"]),
    ColumnKind(
      type: "float8", values: ["'NaN'", "'Infinity'", "'-0'", "1.7976931348623157e308", "5e-324", "0.1"]),
    ColumnKind(type: "numeric(9,2)", values: ["-9999999.99", "0", "0.01", "9999999.99"]),
    ColumnKind(type: "numeric(18,6)", values: ["999999999999.999999", "-0.000001"]),
    ColumnKind(type: "numeric(38,10)", values: ["9999999999999999999999999999.9999999999", "-0.0000000001"]),
    ColumnKind(type: "numeric(20,0)", values: ["99999999999999999999", "-1"]),
    ColumnKind(type: "numeric(5,-2)", values: ["1234500", "-100"]),
    ColumnKind(type: "numeric(3,5)", values: ["0.00123", "-0.00001"]),
    ColumnKind(
      type: "numeric", values: ["1e100", "-0.000", "'NaN'", "12345678901234567890.123456789012345678901"]),
    ColumnKind(type: "numeric(50,5)", values: ["123456789012345678901234567890123456789.00001"]),
    ColumnKind(
      type: "text",
      values: ["''", "'ünïcödé 🐘'", "E'tab\\t nl\\n cr\\r back\\\\slash \"q\" ''s'''", "repeat('x', 1000)"]),
    ColumnKind(type: "varchar(20)", values: ["'short'", "''", "' padded '"]),
    ColumnKind(type: "char(5)", values: ["'ab'", "'abcde'", "''"]),
    ColumnKind(type: "name", values: ["'a_name'"]),
    ColumnKind(type: "bytea", values: ["'\\x'", "'\\x00ff7f80'"]),
    ColumnKind(
      type: "uuid",
      values: ["'00000000-0000-0000-0000-000000000000'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"]),
    ColumnKind(type: "date", values: ["'0001-01-01'", "'1969-12-31'", "'2000-02-29'", "'9999-12-31'"]),
    ColumnKind(
      type: "timestamp",
      values: ["'1969-12-31 23:59:59.999999'", "'9999-12-31 23:59:59.999999'", "'1900-01-01'"]),
    ColumnKind(type: "timestamptz", values: ["'2024-03-31 02:30:00+01'", "'1970-01-01 00:00:00.000001Z'"]),
    ColumnKind(type: "time", values: ["'00:00'", "'23:59:59.999999'", "'24:00'"]),
    ColumnKind(type: "timetz", values: ["'12:30:00.5+05:30'", "'00:00-12'"]),
    ColumnKind(
      type: "interval",
      values: ["'1 year 2 mons 3 days 04:05:06.789'", "'-1 day'", "'0'", "'-00:00:00.000001'"]),
    ColumnKind(type: "json", values: ["'{\"a\" : [1, null, \"x\"]}'", "'null'"]),
    ColumnKind(type: "jsonb", values: ["'{\"b\": 1.50, \"a\": [true]}'", "'\"text\"'"]),
    ColumnKind(
      type: "inet", values: ["'10.1.2.3'", "'10.0.0.0/8'", "'2001:db8::1'", "'::ffff:1.2.3.4/120'"]),
    ColumnKind(type: "cidr", values: ["'192.168.0.0/16'", "'2001:db8::/32'"]),
    ColumnKind(type: "macaddr", values: ["'08:00:2b:01:02:03'"]),
    ColumnKind(type: "macaddr8", values: ["'08:00:2b:01:02:03:04:05'"]),
    ColumnKind(type: "bit(5)", values: ["B'10101'"]),
    ColumnKind(type: "varbit(20)", values: ["B'1'", "B''", "B'1010101011'"]),
    ColumnKind(type: "xml", values: ["'<a>b</a>'"]),
    ColumnKind(type: "pg_lsn", values: ["'16/B374D848'", "'0/0'"]),
    ColumnKind(type: "mood", values: ["'glad'", "'sad'"]),
    ColumnKind(type: "price", values: ["1.50", "0"]),
    ColumnKind(type: "int4[]", values: ["'{}'", "'{1,NULL,-3}'"]),
    ColumnKind(type: "text[]", values: ["'{}'", "'{a,NULL,\"b \\\"c\\\\,\",\"\"}'"]),
    ColumnKind(type: "numeric(10,2)[]", values: ["'{1.50,NULL}'"]),
    ColumnKind(type: "timestamptz[]", values: ["'{2024-01-01 00:00:00+00,NULL}'"]),
    // No binary form here: the whole stream comes as text.
    ColumnKind(type: "tsquery", values: ["'a & b'"]),
  ]

  /// What the types above need.
  static let definitions = [
    "CREATE TYPE mood AS ENUM ('glad', 'sad')",
    "CREATE DOMAIN price AS numeric(12,2) CHECK (VALUE >= 0)",
  ]
}
