/// One PostgreSQL type, values of it at its edges, and what must lie in the Delta table. The tables of these are what the
/// tests of every layer run over, and what docs/TYPES.md is made of.
public struct TypeExample: Sendable, CustomStringConvertible {
  /// As SQL spells it.
  public var type: String
  /// Delta's type: `decimal(12,2)`, `array<integer>`.
  public var delta: String
  public var values: [ExampleValue]
  /// A stream with such a column stays in binary form; otherwise all of it comes in text form.
  public var isBinary: Bool
  /// SQL that makes the type.
  public var setup: String
  /// The extension that brings it.
  public var needs: String?
  /// The first major of PostgreSQL that has the type; those before refuse it.
  public var since: Int
  /// For the page.
  public var note: String

  public var description: String { type }

  init(
    _ type: String, _ delta: String, binary: Bool = true, setup: String = "", needs: String? = nil,
    since: Int = 0, note: String = "", _ values: [ExampleValue]
  ) {
    self.type = type
    self.delta = delta
    self.values = values
    self.isBinary = binary
    self.setup = setup
    self.needs = needs
    self.since = since
    self.note = note
  }

  /// Arrays of the type: nulls between the values, bounds of its own, empty.
  public var array: TypeExample {
    let elements = values.map { "CAST(\($0.sql) AS \(type))" }
    return TypeExample(
      "\(type)[]", "array<\(delta)>", binary: isBinary, needs: needs, since: since,
      [
        ExampleValue(
          "ARRAY[NULL, \(elements.joined(separator: ", ")), NULL]",
          "[null,\(values.map(\.canonical).joined(separator: ",")),null]"),
        ExampleValue("'{}'", "[]"),
        ExampleValue("ARRAY[\(elements[0])]", "[\(values[0].canonical)]"),
      ])
  }
}

extension TypeExample {
  /// Arrays whose text has bounds, several dimensions, and elements that must be quoted. Not of the table: only texts are read.
  public static let quotedArrays = [
    TypeExample(
      "text[]", "",
      [
        ExampleValue("ARRAY['', 'null', 'NULL', 'a b', 'a,b', '{', 'q\"q', 'b\\\\b', E'\\t', 'ü']", ""),
        ExampleValue("'[0:1][2:3]={{a,b},{NULL,\"\"}}'", ""),
      ]),
    TypeExample(
      "int[]", "", [ExampleValue("'{{{1},{2}},{{3},{NULL}}}'", ""), ExampleValue("'[-1:0]={1,2}'", "")]),
  ]
}

public struct ExampleValue: Sendable {
  public var sql: String
  /// JSON in the form of `Python/canonical.py`.
  public var canonical: String
  /// The first major of PostgreSQL that takes the value.
  public var since = 0

  init(_ sql: String, _ canonical: String) {
    self.sql = sql
    self.canonical = canonical
  }

  func from(_ major: Int) -> ExampleValue {
    var value = self
    value.since = major
    return value
  }

  /// A value that arrives as text.
  static func text(_ sql: String, _ text: String) -> ExampleValue { ExampleValue(sql, json(text)) }

  /// A value whose literal and whose text are the same.
  static func same(_ text: String) -> ExampleValue {
    ExampleValue(
      "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'", json(text))
  }

  static func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case ..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// The examples by subject, in the order of the page.
public enum TypeTable {
  public static let sections: [(title: String, examples: [TypeExample])] = [
    ("Numbers", numbers), ("Text", texts), ("Dates and times", times), ("Bytes and bits", bytes),
    ("Networks and identifiers", identifiers), ("Ranges", ranges), ("Enums and domains", domains),
    ("Composites, maps and vectors", nested), ("Arrays", arrays),
    ("Types without a form of their own", others),
  ]

  public static let all = sections.flatMap(\.examples)

  /// SQL that makes the extensions and types of the examples given.
  public static func setup(_ examples: [TypeExample]) -> String {
    let extensions = Set(all.compactMap(\.needs)).intersection(examples.compactMap(\.needs)).sorted()
    return extensions.map { "CREATE EXTENSION \"\($0)\";\n" }.joined()
      + all.map(\.setup).filter { !$0.isEmpty }.map { $0 + ";\n" }.joined()
  }

  /// A table with the key `id` and a column `c0`, `c1` … for each example.
  public static func createTable(_ name: String, _ examples: [TypeExample]) -> String {
    let columns = examples.enumerated().map { "c\($0) \($1.type)" }
    return "CREATE TABLE \(name) (id int PRIMARY KEY, \(columns.joined(separator: ", ")));\n"
  }

  /// Row n has the value number n of each column, or null where there is none; the last is all null.
  public static func insertRows(_ name: String, _ examples: [TypeExample], firstID: Int) -> String {
    let count = examples.map(\.values.count).max() ?? 0
    return (0...count).map { row in
      let values = examples.map {
        row < $0.values.count ? "CAST(\($0.values[row].sql) AS \($0.type))" : "NULL"
      }
      return "INSERT INTO \(name) VALUES (\(firstID + row), \(values.joined(separator: ", ")));\n"
    }.joined()
  }
}

extension PostgresServer {
  /// What can be installed is the machine's, so it is asked for once.
  private static let offer = Task {
    let server = try await shared()
    let names = try await server.psql("SELECT name FROM pg_available_extensions", database: "postgres")
    return (extensions: Set(names.split(separator: "\n").map(String.init)), major: try await server.major)
  }

  public static func hasExtension(_ name: String) async throws -> Bool {
    try await offer.value.extensions.contains(name)
  }

  /// The examples whose extensions can be installed, with the values that this major knows.
  public static func usable(_ examples: [TypeExample]) async throws -> [TypeExample] {
    let (extensions, major) = try await offer.value
    return examples.filter { $0.since <= major && ($0.needs.map(extensions.contains) ?? true) }.map {
      var example = $0
      example.values.removeAll { $0.since > major }
      return example
    }
  }
}
