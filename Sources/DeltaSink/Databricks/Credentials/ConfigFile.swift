/// `~/.databrickscfg`: sections in brackets, `name = value` below them. A profile is a section; it inherits nothing from
/// DEFAULT, as in Databricks' SDKs.
struct ConfigFile {
  private var sections: [String: [String: String]] = [:]

  /// Nil where there is no such file.
  init?(path: String) throws {
    guard let bytes = try PosixFile.read(path) else { return nil }
    try self.init(parsing: String(decoding: bytes, as: UTF8.self), path: path)
  }

  init(parsing text: String, path: String) throws {
    var section: String?
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
    {
      let line = String(raw).trimmingSpace
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if line.hasPrefix("["), line.hasSuffix("]") {
        let name = String(line.dropFirst().dropLast())
        sections[name, default: [:]] = sections[name] ?? [:]
        section = name
      } else if let section, let separator = line.firstIndex(where: { $0 == "=" || $0 == ":" }) {
        let name = String(line[..<separator]).trimmingSpace.lowercased()
        sections[section]?[name] = String(line[line.index(after: separator)...]).trimmingSpace
      } else {
        // The line itself may hold a secret.
        throw DatabricksError(
          .configuration, "Line \(index + 1) of \(path) is neither a [section] nor a 'name = value'.")
      }
    }
  }

  /// The values of a profile; nil where there is none of that name, or it is empty.
  func profile(_ name: String) -> [String: String]? {
    guard name != Self.settings, let values = sections[name], !values.isEmpty else { return nil }
    return values
  }

  /// The profile that the user made the default one.
  var defaultProfile: String? {
    let name = sections[Self.settings]?["default_profile"]
    return name == "" ? nil : name
  }

  private static let settings = "__settings__"
}
