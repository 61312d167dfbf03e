/// The types of which columns are made, each with values at its edges as SQL literals.
import TestSupport

struct ColumnKind: Sendable {
  var type: String
  var values: [String]
  /// Values of these types are made long and stored out of line, so that updates leave them out.
  var isLarge = false
  /// Without a binary form the whole stream comes as text.
  var isBinary = true

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

  /// All that the tests' table of types has, but for types of extensions that PostgreSQL's own packages do not bring.
  static let small = examples.map { example in
    ColumnKind(type: example.type, values: example.values.map(\.sql), isBinary: example.isBinary)
  }

  /// Boxes part their arrays by semicolons, which the judge's reader of PostgreSQL's text does not know.
  private static let examples = TypeTable.all.filter { example in
    example.type != "box[]"
      && (example.needs.map { ["hstore", "citext", "ltree"].contains($0) } ?? true)
  }

  /// What the types above need.
  static let definitions =
    ["hstore", "citext", "ltree"].map { "CREATE EXTENSION \($0)" }
    + TypeTable.all.map(\.setup).filter { !$0.isEmpty }
}
