/// Types whose values PostgreSQL prints alike, so that a column that changes from one to the other without a rewrite has the rows
/// that it had. `ALTER TABLE … TYPE` rewrites nothing where the stored bytes may stay (manual, "ALTER TABLE", Notes); what is
/// printed of them is the new type's own.
enum PrintedAlike {
  /// - Parameters: as `format_type` has them, with modifiers: a modifier that is changed without a rewrite is of no consequence.
  static func are(_ one: String, _ other: String) -> Bool {
    let (one, other) = (bare(one), bare(other))
    return one == other || families.contains { $0.contains(one) && $0.contains(other) }
  }

  private static let families: [Set<String>] = [
    ["text", "character varying", "bpchar", "character", "citext", "public.citext"],
    ["bit", "bit varying"],
  ]

  /// `timestamp(3) without time zone` is `timestamp without time zone`, `interval day to second(0)` is `interval`. Arrays are
  /// rewritten wherever their elements' type changes.
  private static func bare(_ name: String) -> String {
    // A name that is quoted may have anything in it.
    if name.contains("\"") { return name }
    if name.hasPrefix("interval ") || name.hasPrefix("interval("), !name.hasSuffix("[]") { return "interval" }
    guard let open = name.firstIndex(of: "("), let close = name[open...].firstIndex(of: ")") else {
      return name
    }
    return String(name[..<open]) + String(name[name.index(after: close)...])
  }
}
