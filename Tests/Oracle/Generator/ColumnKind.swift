/// The types of which columns are made, each with values at its edges as SQL literals.
import TestSupport

struct ColumnKind: Sendable {
  var type: String
  var values: [String]
  /// Values of these types are made long and stored out of line, so that updates leave them out.
  var isLarge = false
  /// Without a binary form the whole stream comes as text.
  var isBinary = true
  /// The extension that brings it, of those that not every server has.
  var needs: String?

  /// A literal of the type, or NULL.
  func literal(_ random: inout OracleRandom, nullPercent: Int = 15) -> String {
    if random.chance(nullPercent) { return "NULL" }
    if isLarge { return largeValue(random.below(26), length: random.pick([3, 2500, 9000])) }
    return "CAST(\(random.pick(values)) AS \(type))"
  }

  /// An expression that takes all values and null in turn.
  ///
  /// - Parameter number: an integer column or variable.
  func expression(_ number: String) -> String {
    if isLarge { return "CASE WHEN \(number) % 5 = 0 THEN \(largeValue(3, length: 2600)) END" }
    let cases = values.enumerated().map { "WHEN \($0) THEN CAST(\($1) AS \(type))" }
    return "CASE abs(\(number)) % \(values.count + 1) \(cases.joined(separator: " ")) END"
  }

  /// A value that is not null.
  var anyValue: String { isLarge ? largeValue(7, length: 3) : "CAST(\(values[0]) AS \(type))" }

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

  /// All that the tests' table of types has, arrays of these, and more.
  static let small = examples.map(ColumnKind.init) + arrays.map(ColumnKind.init) + others + living

  private init(_ example: TypeExample) {
    self.init(
      type: example.type, values: example.values.map(\.sql), isBinary: example.isBinary,
      needs: example.needs.flatMap { Self.everywhere.contains($0) ? nil : $0 })
  }

  init(
    type: String, values: [String], isLarge: Bool = false, isBinary: Bool = true, needs: String? = nil
  ) {
    self.type = type
    self.values = values
    self.isLarge = isLarge
    self.isBinary = isBinary
    self.needs = needs
  }

  /// Boxes part their arrays by semicolons, geometries by colons, which the judge's reader of PostgreSQL's text does not know.
  private static let examples = TypeTable.all.filter { $0.type != "box[]" }

  private static let arrays = examples.filter { example in
    !example.type.hasSuffix("[]") && example.delta != "array<float>" && example.needs != "postgis"
      && !example.values.contains { $0.sql.contains("repeat(") }
  }.map(\.array)

  private static let others = [
    ColumnKind(type: "box", values: ["'(2,2),(1,1)'"], isBinary: false),
    ColumnKind(type: "circle", values: ["'<(1,2),3>'"], isBinary: false),
    ColumnKind(type: "path", values: ["'[(0,0),(1,1)]'", "'((0,0),(1,1))'"], isBinary: false),
    ColumnKind(type: "numeric[]", values: ["'{1.50,NULL,NaN}'", "'{}'"]),
    ColumnKind(type: "bytea[]", values: ["'{\"\\\\x00ff\",NULL,\"\\\\x\"}'"]),
    ColumnKind(type: "bools", values: ["'{t,f,NULL}'", "'{}'"]),
    ColumnKind(type: "moments", values: ["'{\"1969-12-31 23:59:59.999999+00\",NULL}'"]),
    ColumnKind(type: "documents", values: ["ARRAY['{\"a\": [1, null]}'::jsonb, NULL]"]),
  ]

  /// Their types are altered while they are used, so their values are made of what the type is by then.
  static let living = [
    ColumnKind(
      type: "hue",
      values: ["(enum_range(NULL::hue))[1]", "(enum_range(NULL::hue))[3]", "enum_last(NULL::hue)"]),
    ColumnKind(
      type: "hue[]", values: ["enum_range(NULL::hue)", "ARRAY[NULL, enum_last(NULL::hue)]", "'{}'"]),
    ColumnKind(type: "tint", values: ["enum_first(NULL::hue)", "enum_last(NULL::hue)"]),
    ColumnKind(
      type: "swatch",
      values: [
        "ROW('a', enum_first(NULL::hue), enum_range(NULL::hue))::swatch", "ROW(NULL, NULL, NULL)::swatch",
      ]),
    ColumnKind(
      type: "parcel",
      values: ["'{\"a\": 1, \"b\": \"x, \\\"y\\\"\"}'", "'{\"b\": \"\"}'"].map {
        "jsonb_populate_record(NULL::parcel, \($0))"
      }),
    ColumnKind(
      type: "parcel[]", values: ["ARRAY[jsonb_populate_record(NULL::parcel, '{\"a\": 2}'), NULL]"]),
  ]

  /// PostgreSQL's own packages bring them.
  private static let everywhere = ["hstore", "citext", "ltree"]

  /// What the types above, and those of keys, need.
  static func definitions(extensions: [String]) -> [String] {
    (everywhere + extensions).map { "CREATE EXTENSION \($0)" }
      + TypeTable.all.map(\.setup).filter { !$0.isEmpty } + [
        "CREATE DOMAIN bools AS boolean[]", "CREATE DOMAIN moments AS timestamptz[]",
        "CREATE DOMAIN documents AS jsonb[]", "CREATE TYPE hue AS ENUM ('red', 'green', 'blue', 'off white')",
        "CREATE DOMAIN tint AS hue", "CREATE TYPE swatch AS (name text, hue hue, hues hue[])",
        "CREATE TYPE parcel AS (a int, b text)", "CREATE TYPE shade AS ENUM ('light', 'dark', 'Dark', '')",
        "CREATE TYPE pair AS (a int, b text)",
        "CREATE DOMAIN serial_number AS bigint CHECK (VALUE IS NOT NULL)",
      ]
  }
}
