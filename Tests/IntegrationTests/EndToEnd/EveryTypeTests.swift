/// Values at the edges of every type's range, by full load and by capture, read back by other engines.
import CDCCore
import TestSupport
import Testing

@Suite struct EveryTypeTests {
  /// One column a type: its SQL type, and values as SQL literals.
  static let columns: [(name: String, type: String, values: [String])] = [
    ("boolean", "bool", ["true", "false"]),
    ("int2", "int2", ["-32768", "0", "32767"]),
    ("int4", "int4", ["-2147483648", "2147483647"]),
    ("int8", "int8", ["-9223372036854775808", "9223372036854775807"]),
    ("oid", "oid", ["0", "4294967295"]),
    ("float4", "float4", ["'NaN'", "'-Infinity'", "'Infinity'", "'-0'", "3.4028235e38", "1e-45", "0.1"]),
    ("float8", "float8", ["'NaN'", "'-Infinity'", "'-0'", "1.7976931348623157e308", "5e-324", "0.1"]),
    ("small_numeric", "numeric(9,2)", ["-9999999.99", "0", "0.01", "9999999.99"]),
    ("numeric18", "numeric(18,6)", ["999999999999.999999", "-0.000001"]),
    ("numeric38", "numeric(38,10)", ["9999999999999999999999999999.9999999999", "-0.0000000001"]),
    ("whole_numeric", "numeric(20,0)", ["99999999999999999999", "-1"]),
    ("free_numeric", "numeric", ["1e100", "-0.000", "'NaN'", "12345678901234567890.123456789012345678901"]),
    ("wide_numeric", "numeric(50,5)", ["123456789012345678901234567890123456789.00001"]),
    ("text", "text", ["''", "'ünïcödé 🐘'", "E'tab\\t newline\\n back\\\\slash'", "repeat('x', 10000)"]),
    ("varchar", "varchar(20)", ["'short'", "''"]),
    ("char", "char(5)", ["'ab'", "'abcde'"]),
    ("name", "name", ["'a_name'"]),
    ("bytea", "bytea", ["'\\x'", "'\\x00ff7f80'"]),
    ("uuid", "uuid", ["'00000000-0000-0000-0000-000000000000'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"]),
    ("date", "date", ["'0001-01-01'", "'1969-12-31'", "'2000-02-29'", "'9999-12-31'"]),
    (
      "timestamp", "timestamp",
      ["'1969-12-31 23:59:59.999999'", "'9999-12-31 23:59:59.999999'", "'1900-01-01'"]
    ),
    ("timestamptz", "timestamptz", ["'2024-03-31 02:30:00+01'", "'1970-01-01 00:00:00.000001Z'"]),
    ("time", "time", ["'00:00'", "'23:59:59.999999'", "'24:00'"]),
    ("timetz", "timetz", ["'12:30:00.5+05:30'", "'00:00-12'"]),
    (
      "interval", "interval",
      ["'1 year 2 mons 3 days 04:05:06.789'", "'-1 day'", "'0'", "'-00:00:00.000001'"]
    ),
    ("json", "json", ["'{\"a\" : [1, null, \"x\"]}'", "'null'"]),
    ("jsonb", "jsonb", ["'{\"b\": 1.50, \"a\": [true]}'", "'\"text\"'"]),
    ("inet", "inet", ["'10.1.2.3'", "'10.0.0.0/8'", "'2001:db8::1'", "'::ffff:1.2.3.4/120'"]),
    ("cidr", "cidr", ["'192.168.0.0/16'", "'2001:db8::/32'"]),
    ("macaddr", "macaddr", ["'08:00:2b:01:02:03'"]),
    ("bits", "bit(5)", ["B'10101'"]),
    ("varbits", "varbit(20)", ["B'1'", "B''", "B'1010101011'"]),
    ("xml", "xml", ["'<a>b</a>'"]),
    ("pg_lsn", "pg_lsn", ["'16/B374D848'"]),
    ("mood", "mood", ["'glad'", "'sad'"]),
    ("price", "price", ["1.50"]),
    ("ints", "int4[]", ["'{}'", "'{1,NULL,-3}'"]),
    ("texts", "text[]", ["'{}'", "'{a,NULL,\"b \\\"c\\\\,\",\"\"}'"]),
    ("numerics", "numeric(10,2)[]", ["'{1.50,NULL}'"]),
    ("times", "timestamptz[]", ["'{2024-01-01 00:00:00+00,NULL}'"]),
  ]

  static let setup =
    "CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE DOMAIN price AS numeric(12,2) CHECK (VALUE >= 0);\n"
    + "CREATE TABLE every_type (id int PRIMARY KEY, "
    + columns.map { "\"\($0.name)\" \($0.type)" }.joined(separator: ", ") + ");\n"

  /// Row `number` has each column's value number `number`, and null where the column has no more.
  static func rows(firstID: Int) -> String {
    let count = (columns.map(\.values.count).max() ?? 0) + 1
    let rows = (0..<count).map { row in
      "(\(firstID + row), "
        + columns.map { row < $0.values.count ? "CAST(\($0.values[row]) AS \($0.type))" : "NULL" }
        .joined(separator: ", ") + ")"
    }
    return "INSERT INTO every_type VALUES \(rows.joined(separator: ",\n"));\n"
  }

  @Test(arguments: Place.allCases)
  func surviveFullLoadAndCapture(_ place: Place) async throws {
    try await withEndToEnd(place) { run in
      try await run.database.psql(Self.setup + Self.rows(firstID: 0))
      try await run.pipeline().fullLoad()
      try await run.expectEqual("every_type")

      try await run.database.psql(Self.rows(firstID: 100))
      let sets = Self.columns.map { "\"\($0.name)\" = \($0.values[0])" }.joined(separator: ", ")
      try await run.database.psql(
        """
        UPDATE every_type SET \(sets) WHERE id = 3;
        DELETE FROM every_type WHERE id = 1
        """)
      try await run.pipeline().capture()
      try await run.expectEqual("every_type")
    }
  }

  /// A type without binary decoder makes the stream fall back to text; the values must not change by it.
  @Test func surviveCaptureInTextForm() async throws {
    try await withEndToEnd { run in
      try await run.database.psql(
        Self.setup + "ALTER TABLE every_type ADD COLUMN odd tsquery; "
          + "CREATE TABLE other (id int PRIMARY KEY)")
      try await run.pipeline().fullLoad()
      try await run.database.psql(Self.rows(firstID: 0))
      try await run.database.psql("UPDATE every_type SET odd = 'a & b' WHERE id = 0")
      try await run.pipeline().capture()
      try await run.expectEqual("every_type")
    }
  }
}
