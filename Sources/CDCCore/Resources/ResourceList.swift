/// Which hints hold for a table: those of the first resource whose pattern matches.
public struct ResourceList: Sendable, Hashable {
  public var resources: [Resource]

  /// All tables of schema `public` where none is named.
  public init(_ resources: [Resource] = []) {
    self.resources = resources.isEmpty ? [Resource("public.*")] : resources
  }

  public func hints(for table: TableName) -> ResourceHints? {
    resources.first { $0.matches(table) }?.hints
  }

  /// What the hints say, else merge; without a key append, but where merge is asked for by name: then the source's log must
  /// carry whole rows.
  public func disposition(of table: TableSchema) -> WriteDisposition {
    if table.name.isOwn { return .append }
    let hinted = hints(for: table.name)?.writeDisposition
    if table.hasKey { return hinted ?? .merge }
    return hinted == .replace || hinted == .merge ? hinted ?? .append : .append
  }
}

extension Resource {
  /// True where the pattern, `schema.table` with `*` for any run of characters, fits the whole name. A pattern without
  /// a dot means a table of schema `public`.
  public func matches(_ table: TableName) -> Bool {
    let name = pattern.contains(".") ? table.description : table.name
    if !pattern.contains("."), table.schema != "public" { return false }
    return Self.fits(Array(name.utf8)[...], Array(pattern.utf8)[...])
  }

  package static func fits(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    var text = text
    var pattern = pattern
    var retry: (text: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>)?
    while !text.isEmpty {
      if pattern.first == UInt8(ascii: "*") {
        pattern = pattern.dropFirst()
        retry = (text, pattern)
      } else if pattern.first == text.first {
        text = text.dropFirst()
        pattern = pattern.dropFirst()
      } else if let last = retry {
        text = last.text.dropFirst()
        pattern = last.pattern
        retry = (text, pattern)
      } else {
        return false
      }
    }
    return pattern.allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
