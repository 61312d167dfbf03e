import CDCCore
import Testing
import TestSupport

@testable import PGWire

/// Values of one type; each is decoded from both forms.
struct TypeCase: Sendable, CustomTestStringConvertible {
  var type: String
  var literals: [String]
  var setup: [String] = []
  /// The first major of PostgreSQL that takes them.
  var since: Int
  var testDescription: String { type }

  init(_ type: String, _ literals: [String], setup: [String] = [], since: Int = 0) {
    self.type = type
    self.literals = literals + ["NULL"]
    self.setup = setup
    self.since = since
  }

  /// Nil where the server refuses them, as it must where it is too old.
  func probe() async throws -> TypeProbe? {
    guard try await PostgresServer.shared().major < since else {
      return try await TypeProbe(type: type, literals, setup: setup)
    }
    let error = await #expect(throws: PostgresError.self) {
      _ = try await TypeProbe(type: type, literals, setup: setup)
    }
    #expect(error?.sqlState?.hasPrefix("22") == true, "\(String(describing: error))")
    return nil
  }
}

@Suite("Scalar types")
struct ScalarTypeTests {
  static let strings: [TypeCase] = [
    TypeCase("text", ["''", "'grüße 🐘'", "repeat('x', 100000)", "E'a\\tb\\\\c'"]),
    TypeCase("varchar(7)", ["'abc'", "''"]), TypeCase("char(5)", ["'ab'", "''", "'abcde'"]),
    TypeCase("name", ["'Täbelle'"]), TypeCase("\"char\"", ["'a'", "''", "'\\377'"]),
    TypeCase("json", ["'{\"a\": [1, 2.50]}'"]), TypeCase("jsonb", ["'{\"b\":1,\"a\":null}'", "'\"\"'"]),
    TypeCase("xml", ["'<a>ü</a>'", "'<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>'"]),
    TypeCase("uuid", ["'00000000-0000-0000-0000-000000000000'", "'FFEEDDCC-BBAA-9988-7766-554433221100'"]),
    TypeCase(
      "time", ["'00:00'", "'24:00'", "'23:59:59.999999'", "'01:02:03.5'", "'01:02:03.000001'"]),
    TypeCase(
      "timetz",
      ["'00:00+00'", "'24:00-12'", "'12:34:56.789+05:30'", "'12:00-00:00:01'", "'01:00+15:59:59'"]),
    TypeCase(
      "interval",
      [
        "'0'", "'1 year 2 months 3 days 04:05:06.789'", "'-1 year -2 months +3 days -04:05:06'",
        "'-0.5 seconds'", "'178000000 years'", "'-178000000 years'", "'1 month -1 microsecond'",
        "'2147483647 days'", "'100 hours'", "'-59 minutes'", "'60 seconds 1 microsecond'",
      ]),
    TypeCase("interval", ["'2562047788:00:54.775807'"], since: 15),
    TypeCase(
      "inet",
      [
        "'0.0.0.0'", "'192.168.1.5'", "'192.168.1.5/24'", "'::'", "'::1'", "'::ffff:1.2.3.4'",
        "'2001:db8::ff00:42:8329'", "'1:0:0:2:0:0:0:3'", "'fe80::1/64'", "'::1.2.3.4'", "'::2'",
        "'1::'", "'0:0:0:0:0:1::'", "'1:2:3:4:5:6:7:8'", "'0:0:1::/48'", "'::5:0:0'",
      ]),
    TypeCase("cidr", ["'10.0.0.0/8'", "'192.168.1.5/32'", "'2001:db8::/32'", "'::1/128'", "'0.0.0.0/0'"]),
    TypeCase("macaddr", ["'08:00:2b:01:02:03'", "'ff:ff:ff:ff:ff:ff'"]),
    TypeCase("macaddr8", ["'08:00:2b:ff:fe:01:02:03'"]),
    TypeCase("bit(11)", ["B'10101010101'", "B'00000000000'"]),
    TypeCase("varbit", ["B''", "B'1'", "B'101010101'"]),
    TypeCase("pg_lsn", ["'0/0'", "'16/B374D848'", "'FFFFFFFF/FFFFFFFF'"]),
    TypeCase(
      "numeric",
      [
        "0", "1", "-1", "0.0", "1.10", "-0.000001", "12345678901234567890.123456789", "'NaN'", "'Infinity'",
        "'-Infinity'", "1e131071", "-1e131071", "1e-16383", "10000", "99999999", "0.00010000", "100000000.5",
        "repeat('9', 131072)::numeric", "('1.' || repeat('7', 16383))::numeric",
        "(repeat('123456789', 14563) || '.' || repeat('98765', 3000))::numeric",
      ]),
    TypeCase("numeric(39,1)", ["12345678901234567890123456789012345678.1"]),
    TypeCase("int4range", ["'[1,5)'", "'empty'"]),
    TypeCase("point", ["'(1,2.5)'"]), TypeCase("tsvector", ["'a fat cat'"]),
    TypeCase("regclass", ["'pg_class'"]),
    TypeCase(
      "mood", ["'sad'", "'froh'"],
      setup: [
        "SELECT pg_advisory_lock(77)", "DROP TYPE IF EXISTS pg_temp.mood CASCADE",
        "CREATE TYPE pg_temp.mood AS ENUM ('sad', 'froh')", "SELECT pg_advisory_unlock(77)",
        "SET search_path = pg_temp, public",
      ]),
  ]

  @Test("A string column holds what the server prints, whichever form it is sent in", arguments: strings)
  func stringIsWhatTheServerPrints(_ example: TypeCase) async throws {
    guard let probe = try await example.probe() else { return }
    #expect(probe.format.columnType == .string)
    let printed = probe.printed.map { text -> String? in
      // PostgreSQL before 15 prints this byte as it is, which is not UTF-8.
      example.type == "\"char\"" && text == "\u{FFFD}" ? "\\377" : text
    }
    #expect(try probe.binary.get().map(\.string) == printed)
    if example.type != "\"char\"" { #expect(try probe.text.get().map(\.string) == printed) }
  }

  static let numbers: [TypeCase] = [
    TypeCase("bool", ["true", "false"]), TypeCase("int2", ["-32768", "32767", "0"]),
    TypeCase("int4", ["-2147483648", "2147483647", "0", "7"]),
    TypeCase("int8", ["'-9223372036854775808'", "9223372036854775807", "0", "-1"]),
    TypeCase("oid", ["0", "4294967295"]),
    TypeCase(
      "float4", ["'NaN'", "'Infinity'", "'-Infinity'", "1.1", "3.4028235e38", "1e-45", "'-0'", "16777216"]),
    TypeCase(
      "float8",
      [
        "'NaN'", "'Infinity'", "'-Infinity'", "0.1", "1.7976931348623157e308", "5e-324", "'-0'", "1e22",
        "-1e-7",
      ]),
    TypeCase(
      "numeric(18,2)", ["0", "9999999999999999.99", "-9999999999999999.99", "0.01", "100", "-0.10", "1234.5"]),
    TypeCase("numeric(4,4)", ["0.9999", "-0.0001", "0.1"]),
    TypeCase("numeric(18,0)", ["999999999999999999", "10000", "7"]),
    TypeCase("numeric(15,6)", ["123456789.123456", "0.000001", "1", "-10000.5"]),
    TypeCase(
      "numeric(38,10)",
      [
        "9999999999999999999999999999.9999999999", "-0.0000000001", "1", "12345678901234567890.5", "10000",
        "0",
      ]),
    TypeCase("numeric(38,0)", ["99999999999999999999999999999999999999", "-1", "0", "1e37"]),
    TypeCase("numeric(38,38)", ["0.99999999999999999999999999999999999999", "-1e-38"]),
    TypeCase("numeric(38,37)", ["9.9999999999999999999999999999999999999", "-1e-37"]),
    TypeCase("numeric(5,-2)", ["9999900", "-100", "12300"], since: 15),
    TypeCase("numeric(3,5)", ["0.00999", "-0.00001"], since: 15),
    TypeCase("bytea", ["'\\x'", "'\\x00ff5c'", "decode(repeat('ab', 70000), 'hex')"]),
    TypeCase(
      "date",
      ["'1970-01-01'", "'0001-01-01'", "'9999-12-31'", "'2000-02-29'", "'1900-03-01'", "'1582-10-10'"]),
    TypeCase(
      "timestamp",
      [
        "'1970-01-01'", "'0001-01-01'", "'9999-12-31 23:59:59.999999'", "'2024-02-29 12:34:56.5'",
        "'1969-12-31 23:59:59.999999'",
      ]),
    TypeCase(
      "timestamptz",
      [
        "'2024-07-01 12:00:00+02'", "'0001-01-01 00:00+00'", "'9999-12-31 23:59:59.999999+00'",
        "'1955-05-05 05:05:05.05-11'",
      ]),
    TypeCase("int4[]", ["'{}'", "'{1,NULL,-3}'", "'[5:6]={1,2}'"]),
    TypeCase("text[]", ["'{}'", "ARRAY['a','','NULL',NULL,'x,y','q\"uo\\te','{}',' b ']"]),
    TypeCase("numeric(10,2)[]", ["'{1.5,NULL,-99999999.99}'"]), TypeCase("date[]", ["'{2024-01-01}'"]),
    TypeCase("timestamptz[]", ["'{\"2024-01-01 00:00:00+00\"}'"]),
    TypeCase("bytea[]", ["ARRAY['\\x5c22'::bytea, '\\x']"]),
    TypeCase("uuid[]", ["'{00000000-0000-0000-0000-000000000001}'"]), TypeCase("money[]", ["'{1,2}'"]),
    TypeCase("box[]", ["'{(1,1),(0,0);(2,2),(1,1)}'"]), TypeCase("bool[]", ["'{t,f,NULL}'"]),
    TypeCase("float8[]", ["'{NaN,1.5,-Infinity}'"]), TypeCase("int4range[]", ["ARRAY['[1,2)'::int4range]"]),
  ]

  @Test("Binary and text form give identical values", arguments: numbers)
  func formsAgree(_ example: TypeCase) async throws {
    guard let probe = try await example.probe() else { return }
    let binary = try probe.binary.get().map(\.identity)
    #expect(try probe.text.get().map(\.identity) == binary)
    #expect(binary.last == "\(Value.null)")
    #expect(binary.count == example.literals.count)
  }

  @Test(
    "Numbers are those that the server prints",
    arguments: numbers.filter { $0.type.hasPrefix("int") || $0.type == "oid" || $0.type.hasPrefix("numeric") }
      .filter { !$0.type.contains("[") && $0.type != "int4range[]" })
  func numbersAreWhatTheServerPrints(_ example: TypeCase) async throws {
    guard let probe = try await example.probe() else { return }
    let scale = probe.format.scale
    let values = try probe.binary.get().map { value -> String? in
      guard case .integer(let unscaled) = value else { return nil }
      let sign = unscaled < 0 ? "-" : ""
      let digits = String(unscaled.magnitude)
      guard scale > 0 else { return sign + digits }
      let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
      return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
    #expect(values == probe.printed)
  }

  @Test(
    "Dates and timestamps count from 1970",
    arguments: [
      ("date", "v - date '1970-01-01'"),
      ("timestamp", "(extract(epoch FROM v) * 1000000)::bigint"),
      ("timestamptz", "(extract(epoch FROM v) * 1000000)::bigint"),
    ])
  func datesCountFrom1970(_ type: String, _ expression: String) async throws {
    let literals = Self.numbers.first { $0.type == type }?.literals ?? []
    let probe = try await TypeProbe(type: type, literals)
    let list = literals.map { "(\($0)::\(type))" }.joined(separator: ", ")
    let expected = try await PostgresServer.shared().psql(
      "SELECT coalesce((\(expression))::text, 'null') FROM (VALUES \(list)) AS t (v)", database: "postgres")
    let values = try probe.binary.get().map { value in
      if case .integer(let number) = value { String(number) } else { "null" }
    }
    #expect(values == expected.split(separator: "\n").map(String.init))
  }

  @Test("bytea is read from its escape form too")
  func byteaEscapeForm() async throws {
    let probe = try await TypeProbe(
      type: "bytea", ["'\\x'", "'\\x00ff5c27'", "'a\\\\b'"], setup: ["SET bytea_output = 'escape'"])
    #expect(try probe.text.get() == probe.binary.get())
  }
}
