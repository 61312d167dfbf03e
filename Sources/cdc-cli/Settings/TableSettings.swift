internal import CDCCore

/// One `[[table]]` of cdc.toml: a pattern and the hints for the tables that it fits.
struct TableSettings: Sendable {
  var pattern: String
  var hints: ResourceHints
  var origin: String
}

extension ColumnType {
  /// Parses Delta's spelling (`decimal(12,2)`, `array<long>`); nil where it is none.
  init?(settingsText text: String) {
    let text = text.lowercased().filter { !$0.isWhitespace }
    if let type = Self.simpleTypes[text] {
      self = type
    } else if let inner = Self.argument(of: text, "decimal(", ")") {
      let parts = inner.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      guard let precision = parts.first ?? nil, (1...38).contains(precision), parts.count <= 2 else {
        return nil
      }
      guard let scale = parts.count == 2 ? parts[1] : 0, (0...precision).contains(scale) else { return nil }
      self = .decimal(precision: precision, scale: scale)
    } else if let inner = Self.argument(of: text, "array<", ">"), let element = Self(settingsText: inner) {
      self = .list(element)
    } else {
      return nil
    }
  }

  private static let simpleTypes: [String: ColumnType] = [
    "boolean": .boolean, "short": .short, "smallint": .short, "int": .int, "integer": .int, "long": .long,
    "bigint": .long, "float": .float, "double": .double, "string": .string, "binary": .binary, "date": .date,
    "timestamp": .timestamp, "timestamp_ntz": .timestampNTZ,
  ]

  private static func argument(of text: String, _ prefix: String, _ suffix: String) -> String? {
    guard text.hasPrefix(prefix), text.hasSuffix(suffix) else { return nil }
    return String(text.dropFirst(prefix.count).dropLast(suffix.count))
  }
}
