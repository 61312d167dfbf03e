private func digits(_ digit: String, _ count: Int) -> String { String(repeating: digit, count: count) }

extension TypeTable {
  static let numbers: [TypeExample] = [
    TypeExample("boolean", "boolean", [.init("true", "true"), .init("false", "false")]),
    TypeExample("smallint", "short", [.init("-32768", "-32768"), .init("0", "0"), .init("32767", "32767")]),
    TypeExample(
      "integer", "integer",
      [.init("-2147483648", "-2147483648"), .init("0", "0"), .init("2147483647", "2147483647")]),
    TypeExample(
      "bigint", "long",
      [
        .init("-9223372036854775808", "-9223372036854775808"), .init("0", "0"),
        .init("9223372036854775807", "9223372036854775807"),
      ]),
    TypeExample("oid", "long", [.init("0", "0"), .init("4294967295", "4294967295")]),
    TypeExample(
      "real", "float", note: "NaN of any sign is one NaN; −0 stays −0.",
      [
        .text("'NaN'", "NaN"), .text("'Infinity'", "Infinity"), .text("'-Infinity'", "-Infinity"),
        .text("'-0'", "-0.0"), .text("3.4028235e38", "3.4028235e+38"), .text("1e-45", "1e-45"),
        .text("1.1754942e-38", "1.1754942e-38"), .text("0.1", "0.1"), .text("16777217", "16777216.0"),
        .text("'Infinity'::real - 'Infinity'::real", "NaN"),
      ]),
    TypeExample(
      "double precision", "double", note: "NaN of any sign is one NaN; −0 stays −0.",
      [
        .text("'NaN'", "NaN"), .text("'Infinity'", "Infinity"), .text("'-Infinity'", "-Infinity"),
        .text("'-0'", "-0.0"), .text("1.7976931348623157e308", "1.7976931348623157e+308"),
        .text("5e-324", "5e-324"), .text("2.225073858507201e-308", "2.225073858507201e-308"),
        .text("0.1", "0.1"), .text("9007199254740993", "9007199254740992.0"),
        .text("'Infinity'::float8 - 'Infinity'::float8", "NaN"),
      ]),
    TypeExample(
      "numeric(9,2)", "decimal(9,2)", note: "NaN follows the contract.",
      [
        .text("-9999999.99", "-9999999.99"), .text("0", "0.00"), .text("0.01", "0.01"),
        .text("9999999.99", "9999999.99"),
      ]),
    TypeExample(
      "numeric(18,6)", "decimal(18,6)",
      [.text("999999999999.999999", "999999999999.999999"), .text("-0.000001", "-0.000001")]),
    TypeExample(
      "numeric(38,10)", "decimal(38,10)",
      [
        .text("9999999999999999999999999999.9999999999", "9999999999999999999999999999.9999999999"),
        .text("-0.0000000001", "-0.0000000001"),
      ]),
    TypeExample(
      "numeric(38,0)", "decimal(38,0)", [.text(digits("9", 38), digits("9", 38)), .text("-1", "-1")]),
    TypeExample(
      "numeric(5,-2)", "decimal(7,0)", since: 15, note: "A negative scale adds digits before the point.",
      [.text("9999900", "9999900"), .text("-12345", "-12300"), .text("0", "0")]),
    TypeExample(
      "numeric(3,5)", "decimal(5,5)", since: 15, note: "A scale beyond the precision is the precision.",
      [.text("0.00999", "0.00999"), .text("-0.00001", "-0.00001")]),
    TypeExample(
      "numeric(39,1)", "string", note: "Delta's decimals end at 38 digits: the exact text.",
      [.same("12345678901234567890123456789012345678.1")]),
    TypeExample(
      "numeric(1000,500)", "string",
      [
        .text("repeat('9', 500) || '.' || repeat('9', 500)", digits("9", 500) + "." + digits("9", 500)),
        .text("1.5", "1.5" + digits("0", 499)), .same("NaN"),
      ]),
    TypeExample(
      "numeric", "string",
      note:
        "Without precision: the exact text, with its own number of decimal places. A hint makes it a decimal.",
      [
        .same("NaN"), .same("Infinity"), .same("-Infinity"), .same("-0.000001"), .text("-0.000", "0.000"),
        .same("12345678901234567890.123456789012345678901"), .text("1e131071", "1" + digits("0", 131_071)),
        .text("repeat('9', 131072)", digits("9", 131_072)),
        .text("'0.' || repeat('0', 16382) || '1'", "0." + digits("0", 16_382) + "1"),
      ]),
    TypeExample(
      "money", "decimal(19,2)",
      note: "Exact, whatever lc_monetary prints; as many decimal places as the database's lc_monetary has.",
      [
        .text("12.34", "12.34"), .text("-0.01", "-0.01"), .text("'1,234,567.89'", "1234567.89"),
        .text("'-92233720368547758.08'", "-92233720368547758.08"),
        .text("'92233720368547758.07'", "92233720368547758.07"),
      ]),
  ]

  static let texts: [TypeExample] = [
    TypeExample(
      "text", "string",
      [
        .same(""), .same("ünïcödé 🐘"),
        .text("E'tab\\t newline\\n return\\r back\\\\slash'", "tab\t newline\n return\r back\\slash"),
        .text(
          "concat(\((0...16).map { "chr(\($0 * 65_536 + 65_533))" }.joined(separator: ", ")))",
          String(String.UnicodeScalarView((0...16).compactMap { Unicode.Scalar($0 * 65_536 + 65_533) }))),
        .text(
          "concat(chr(1), chr(31), chr(127), chr(133), chr(8232), chr(65279))",
          "\u{1}\u{1F}\u{7F}\u{85}\u{2028}\u{FEFF}"),
        .text("repeat('x', 100000)", String(repeating: "x", count: 100_000)),
      ]),
    TypeExample("varchar(20)", "string", [.same("short"), .same(" "), .same("NULL")]),
    TypeExample(
      "char(5)", "string", note: "Padded to its length, as PostgreSQL prints it.",
      [.text("'ab'", "ab   "), .same("abcde"), .text("''", "     ")]),
    TypeExample("name", "string", [.same("Täbelle")]),
    TypeExample(
      "\"char\"", "string", note: "A byte over 127 as `\\377`, as PostgreSQL 15 prints it.",
      [.same("a"), .same(""), .text("(-1)::\"char\"", "\\377")]),
    TypeExample("citext", "string", needs: "citext", [.same("MiXed Case"), .same("")]),
    TypeExample(
      "json", "string", note: "The text as it was written.",
      [.same("{\"b\" : 1.50,\n\"b\": null}"), .same("null")]),
    TypeExample(
      "jsonb", "string",
      [.text("'{\"b\": 1.50, \"a\": [true]}'", "{\"a\": [true], \"b\": 1.50}"), .same("\"ü\"")]),
    TypeExample("jsonpath", "string", [.text("'$.a[*] ? (@ > 1)'", "$.\"a\"[*]?(@ > 1)")]),
    TypeExample("xml", "string", [.same("<a b=\"1\">ü</a>"), .same("text")]),
    TypeExample(
      "tsvector", "string",
      [
        .same("'a' 'cat':3A,5 'fat':2B,4C"), .same(""),
        .text("$$'it''s' 'back\\\\slash'$$", "'back\\\\slash' 'it''s'"),
      ]),
    TypeExample("tsquery", "string", binary: false, [.same("'fat' & ( 'rat' | !'cat' )")]),
    TypeExample("ltree", "string", needs: "ltree", [.same("Top.Science.Astronomy"), .same("")]),
    TypeExample("lquery", "string", needs: "ltree", [.same("*.Astronomy.*{1,2}")]),
    TypeExample("ltxtquery", "string", needs: "ltree", [.same("Europe & Russia@* & !Transportation")]),
    TypeExample("refcursor", "string", [.same("a cursor")]),
  ]

  static let times: [TypeExample] = [
    TypeExample(
      "date", "date", note: "Infinity, and years before 1 or after 9999, follow the contract.",
      [
        .same("0001-01-01"), .same("1582-10-10"), .same("1969-12-31"), .same("2000-02-29"),
        .same("9999-12-31"),
      ]),
    TypeExample(
      "timestamp", "timestamp_ntz", note: "As for date.",
      [
        .text("'0001-01-01'", "0001-01-01T00:00:00.000000"),
        .text("'1969-12-31 23:59:59.999999'", "1969-12-31T23:59:59.999999"),
        .text("'9999-12-31 23:59:59.999999'", "9999-12-31T23:59:59.999999"),
      ]),
    TypeExample(
      "timestamptz", "timestamp", note: "As for date. The moment, in UTC.",
      [
        .text("'2024-03-31 02:30:00+01'", "2024-03-31T01:30:00.000000Z"),
        .text("'1970-01-01 00:00:00.000001Z'", "1970-01-01T00:00:00.000001Z"),
        .text("'0001-01-01 00:00:00Z'", "0001-01-01T00:00:00.000000Z"),
      ]),
    TypeExample("time", "string", [.same("00:00:00"), .same("23:59:59.999999"), .same("24:00:00")]),
    TypeExample(
      "timetz", "string", [.same("12:30:00.5+05:30"), .same("00:00:00-12"), .same("01:00:00+15:59:59")]),
    TypeExample(
      "interval", "string", note: "ISO 8601. From PostgreSQL 17 on also `infinity` and `-infinity`.",
      [
        .text("'1 year 2 mons 3 days 04:05:06.789'", "P1Y2M3DT4H5M6.789S"), .text("'0'", "PT0S"),
        .text("'-1 year -2 mons +3 days -04:05:06'", "P-1Y-2M3DT-4H-5M-6S"),
        .text("'-00:00:00.000001'", "PT-0.000001S"), .text("'1 month -1 microsecond'", "P1MT-0.000001S"),
        .text("'178000000 years'", "P178000000Y"), .text("'2147483647 days'", "P2147483647D"),
        .text("'2562047788:00:54.775807'", "PT2562047788H54.775807S").from(15),
      ]),
  ]

  static let bytes: [TypeExample] = [
    TypeExample(
      "bytea", "binary",
      [
        .same("\\x"), .same("\\x00ff5c277f80"),
        .text("decode(repeat('ab', 70000), 'hex')", "\\x" + digits("ab", 70_000)),
      ]),
    TypeExample(
      "bit(11)", "string", [.text("B'10101010101'", "10101010101"), .text("B'00000000000'", "00000000000")]),
    TypeExample(
      "varbit", "string", [.text("B''", ""), .text("B'1'", "1"), .text("B'101010101'", "101010101")]),
    TypeExample(
      "geometry", "binary", needs: "postgis", note: "EWKB. A string hint makes it the same in hexadecimal.",
      [
        .text("'SRID=4326;POINT(1 2)'", "\\x0101000020e6100000000000000000f03f0000000000000040"),
        .text("'POINT EMPTY'", "\\x0101000000000000000000f87f000000000000f87f"),
      ]),
    TypeExample(
      "geography", "binary", needs: "postgis", note: "EWKB.",
      [.text("'POINT(1 2)'", "\\x0101000020e6100000000000000000f03f0000000000000040")]),
  ]

  static let identifiers: [TypeExample] = [
    TypeExample(
      "uuid", "string",
      [
        .same("00000000-0000-0000-0000-000000000000"),
        .text("'FFEEDDCC-BBAA-9988-7766-554433221100'", "ffeeddcc-bbaa-9988-7766-554433221100"),
      ]),
    TypeExample(
      "inet", "string",
      [
        .same("10.1.2.3"), .same("10.0.0.0/8"), .same("0.0.0.0"), .same("2001:db8::1"), .same("::"),
        .same("::1"),
        .same("::ffff:1.2.3.4/120"), .same("::1.2.3.4"), .text("'0:0:1::/48'", "0:0:1::/48"),
        .same("1:0:0:2::3"),
      ]),
    TypeExample(
      "cidr", "string",
      [
        .same("192.168.0.0/16"), .text("'192.168.1.5'", "192.168.1.5/32"), .same("2001:db8::/32"),
        .same("::/0"),
      ]),
    TypeExample("macaddr", "string", [.same("08:00:2b:01:02:ff")]),
    TypeExample("macaddr8", "string", [.same("08:00:2b:ff:fe:01:02:03")]),
    TypeExample("pg_lsn", "string", [.same("0/0"), .same("16/B374D848"), .same("FFFFFFFF/FFFFFFFF")]),
    TypeExample("xid", "string", [.same("4294967295")]),
    TypeExample("cid", "string", [.same("7")]),
    TypeExample("xid8", "string", [.same("18446744073709551615"), .same("0")]),
    TypeExample("pg_snapshot", "string", [.same("10:20:10,14,15"), .same("10:10:")]),
    TypeExample("txid_snapshot", "string", [.same("10:20:10,14,15")]),
    TypeExample(
      "regclass", "string", binary: false,
      note: "As all reg types: the name, as the user's search_path has it printed.",
      [.same("pg_class"), .same("-")]),
    TypeExample("regtype", "string", binary: false, [.text("'int4'", "integer")]),
    TypeExample("regnamespace", "string", binary: false, [.same("pg_catalog")]),
    TypeExample("regprocedure", "string", binary: false, [.same("now()")]),
    TypeExample("regproc", "string", binary: false, [.same("pg_backend_pid")]),
    TypeExample("regoper", "string", binary: false, [.same("||/")]),
    TypeExample("regoperator", "string", binary: false, [.same("+(integer,integer)")]),
    TypeExample("regrole", "string", binary: false, [.same("pg_monitor")]),
    TypeExample("regconfig", "string", binary: false, [.same("english")]),
    TypeExample("regdictionary", "string", binary: false, [.same("english_stem")]),
    TypeExample("regcollation", "string", binary: false, [.same("\"C\"")]),
  ]
}
