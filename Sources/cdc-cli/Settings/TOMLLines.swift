/// Finds the line on which a key of a TOML document stands, for error messages: the parser does not tell once it has
/// built its tables.
struct TOMLLines {
  /// By dotted path; the tables of an array are numbered: `table[1].columns.total.type`.
  private var lines: [String: Int] = [:]

  init(_ text: String) {
    var header = ""
    var counts: [String: Int] = [:]
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.drop(while: \.isWhitespace)
      if line.hasPrefix("[[") {
        let name = Self.path(line.dropFirst(2).prefix { $0 != "]" })
        header = "\(name)[\(counts[name, default: 0])]"
        counts[name, default: 0] += 1
        note(header, at: index + 1)
      } else if line.hasPrefix("[") {
        header = Self.numbered(Self.path(line.dropFirst().prefix { $0 != "]" }), counts)
        note(header, at: index + 1)
      } else if !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") {
        let key = Self.path(line[..<equals])
        note(header.isEmpty ? key : "\(header).\(key)", at: index + 1)
      }
    }
  }

  /// The line of the path itself, else of the nearest table around it.
  subscript(path: String) -> Int? {
    var path = path[...]
    while true {
      if let line = lines[String(path)] { return line }
      guard let dot = path.lastIndex(of: ".") else { return nil }
      path = path[..<dot]
    }
  }

  private mutating func note(_ path: String, at line: Int) {
    // `columns.total.type = …` also says where `columns.total` and `columns` begin.
    var path = path[...]
    while true {
      if lines[String(path)] == nil { lines[String(path)] = line }
      guard let dot = path.lastIndex(of: ".") else { return }
      path = path[..<dot]
    }
  }

  /// `[table.columns]` after two `[[table]]` belongs to the second.
  private static func numbered(_ path: String, _ counts: [String: Int]) -> String {
    for (name, count) in counts where path == name || path.hasPrefix(name + ".") {
      return "\(name)[\(count - 1)]" + path.dropFirst(name.count)
    }
    return path
  }

  private static func path(_ text: Substring) -> String {
    text.split(separator: ".").map { part in
      part.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
    }
    .joined(separator: ".")
  }
}
