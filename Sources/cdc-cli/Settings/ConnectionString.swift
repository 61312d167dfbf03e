/// A connection string in one of libpq's two forms, read only as far as hiding its password needs; everything else
/// is libpq's own (PostgreSQL manual, "Connection Strings").
struct ConnectionString {
  let text: String
  /// Where the passwords stand in `text`, ascending.
  private let ranges: [Range<String.Index>]

  init(_ text: String) {
    self.text = text
    ranges = Self.isURI(text) ? Self.uriPasswords(text) : Self.keywordPasswords(text)
  }

  var passwords: [String] { ranges.map { String(text[$0]) } }

  private static func isURI(_ text: String) -> Bool {
    text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
  }

  /// `scheme://user:PASSWORD@host…?password=PASSWORD&sslpassword=PASSWORD`
  private static func uriPasswords(_ text: String) -> [Range<String.Index>] {
    var found: [Range<String.Index>] = []
    guard let slashes = firstRange(of: "://", in: text[...]) else { return [] }
    let rest = text[slashes.upperBound...]
    let query = rest.firstIndex(of: "?") ?? rest.endIndex
    // A user name holds no @ or : that is not percent-encoded, so the last @ before the query ends the password
    // even where the user forgot to encode it.
    if let at = rest[..<query].lastIndex(of: "@"), let colon = rest[..<at].firstIndex(of: ":") {
      found.append(rest.index(after: colon)..<at)
    }
    for pair in rest[query...].dropFirst().split(separator: "&") {
      guard let equals = pair.firstIndex(of: "="), isPassword(pair[..<equals]) else { continue }
      found.append(pair.index(after: equals)..<pair.endIndex)
    }
    return found
  }

  /// `host=… password=PASSWORD`, the value perhaps in single quotes with backslash escapes.
  private static func keywordPasswords(_ text: String) -> [Range<String.Index>] {
    var found: [Range<String.Index>] = []
    var rest = text[...]
    while let equals = rest.firstIndex(of: "=") {
      let keyword = rest[..<equals].split(whereSeparator: \.isWhitespace).last ?? ""
      var value = rest[rest.index(after: equals)...].drop(while: \.isWhitespace)
      let quoted = value.first == "'"
      if quoted { value = value.dropFirst() }
      let end = endOfValue(value, quoted: quoted)
      if isPassword(keyword), value.startIndex < end { found.append(value.startIndex..<end) }
      rest = value[end...]
      if quoted { rest = rest.dropFirst() }
    }
    return found
  }

  private static func endOfValue(_ value: Substring, quoted: Bool) -> Substring.Index {
    var index = value.startIndex
    while index < value.endIndex {
      let character = value[index]
      if character == "\\" {
        index = value.index(after: index)
        if index < value.endIndex { index = value.index(after: index) }
        continue
      }
      if quoted ? character == "'" : character.isWhitespace { break }
      index = value.index(after: index)
    }
    return index
  }

  private static func isPassword(_ keyword: Substring) -> Bool {
    ["password", "sslpassword"].contains(keyword.lowercased())
  }

  private static func firstRange(of word: String, in text: Substring) -> Range<String.Index>? {
    var index = text.startIndex
    while index < text.endIndex {
      if text[index...].hasPrefix(word) { return index..<text.index(index, offsetBy: word.count) }
      index = text.index(after: index)
    }
    return nil
  }
}
