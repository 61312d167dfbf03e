/// Names in one text, separated by commas: a name with a comma or a quote stands in quotes, its own quotes doubled.
enum NameList {
  static func item(_ name: String) -> String {
    guard name.contains(where: { $0 == "," || $0 == "\"" }) else { return name }
    return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  static func names(_ text: String) -> [String] {
    guard text.contains("\"") else { return text.split(separator: ",").map(String.init) }
    var names: [String] = []
    var rest = text[...]
    while !rest.isEmpty {
      names.append(take(&rest))
      if rest.first == "," { rest.removeFirst() }
    }
    return names
  }

  private static func take(_ rest: inout Substring) -> String {
    guard rest.first == "\"" else {
      let end = rest.firstIndex(of: ",") ?? rest.endIndex
      defer { rest = rest[end...] }
      return String(rest[..<end])
    }
    rest.removeFirst()
    var name = ""
    while let character = rest.popFirst() {
      if character == "\"" {
        guard rest.first == "\"" else { break }
        rest.removeFirst()
      }
      name.append(character)
    }
    return name
  }
}
