import CDCCore

/// Reads a type's text, as `information_schema` and `_cdc_schema` hold it: `decimal(10,2)`, `array<struct<a:int>>`.
struct SQLTypeParser {
  private var rest: Substring

  /// Nil where the text is no type that can be copied (an interval, a variant within another type, …).
  static func parse(_ text: String) -> ColumnType? {
    var parser = SQLTypeParser(rest: text[...])
    guard let type = parser.type(depth: 0), parser.isAtEnd else { return nil }
    return type
  }

  private init(rest: Substring) { self.rest = rest }

  private var isAtEnd: Bool { rest.allSatisfy { $0 == " " } }

  private mutating func type(depth: Int) -> ColumnType? {
    guard depth < 100 else { return nil }
    switch word() {
    case "boolean": return .boolean
    case "smallint", "short": return .short
    case "int", "integer": return .int
    case "bigint", "long": return .long
    case "float", "real": return .float
    case "double": return .double
    case "string": return .string
    case "variant" where depth == 0: return .variant
    case "char", "varchar":
      guard numbers() != nil else { return nil }
      return .string
    case "binary": return .binary
    case "date": return .date
    case "timestamp", "timestamp_ltz": return .timestamp
    case "timestamp_ntz": return .timestampNTZ
    case "decimal", "dec", "numeric":
      guard let numbers = numbers() else { return .decimal(precision: 10, scale: 0) }
      guard let precision = numbers.first, (1...38).contains(precision), numbers.count <= 2 else {
        return nil
      }
      let scale = numbers.count == 2 ? numbers[1] : 0
      return scale <= precision ? .decimal(precision: precision, scale: scale) : nil
    case "array":
      guard skip("<"), let element = type(depth: depth + 1), skip(">") else { return nil }
      return .list(element)
    case "map":
      guard skip("<"), let key = type(depth: depth + 1), skip(","), let value = type(depth: depth + 1),
        skip(">")
      else { return nil }
      return .map(key: key, value: value)
    case "struct": return structure(depth)
    default: return nil
    }
  }

  private mutating func structure(_ depth: Int) -> ColumnType? {
    guard skip("<") else { return nil }
    var fields: [ColumnSchema] = []
    while !skip(">") {
      if !fields.isEmpty, !skip(",") { return nil }
      guard let name = fieldName(), skip(":"), let type = type(depth: depth + 1) else { return nil }
      fields.append(ColumnSchema(name: name, type: type))
    }
    return .structure(fields)
  }

  private mutating func word() -> String {
    skipSpace()
    let word = rest.prefix { $0.isLetter || $0 == "_" }
    rest = rest[word.endIndex...]
    return word.lowercased()
  }

  /// Up to the colon; in backticks anything may come.
  private mutating func fieldName() -> String? {
    skipSpace()
    guard rest.first == "`" else {
      let name = rest.prefix { $0 != ":" && $0 != ">" && $0 != "," }
      rest = rest[name.endIndex...]
      return name.isEmpty ? nil : String(name)
    }
    var name = ""
    rest.removeFirst()
    while let character = rest.popFirst() {
      if character != "`" {
        name.append(character)
      } else if rest.first == "`" {
        name.append(rest.removeFirst())
      } else {
        return name
      }
    }
    return nil
  }

  /// `(10,2)`; nil where there is none.
  private mutating func numbers() -> [Int]? {
    skipSpace()
    guard rest.first == "(", let end = rest.firstIndex(of: ")") else { return nil }
    let parts = rest[..<end].dropFirst().split(separator: ",").map { Int($0.filter { $0 != " " }) }
    rest = rest[rest.index(after: end)...]
    return parts.contains(nil) ? nil : parts.compactMap(\.self)
  }

  private mutating func skip(_ character: Character) -> Bool {
    skipSpace()
    guard rest.first == character else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func skipSpace() { rest = rest.drop { $0 == " " } }
}
