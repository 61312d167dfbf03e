import CDCCore

/// Names of pipelines: they become part of slots, publications, package ids and application ids.
enum PipelineName {
  /// PostgreSQL's names have up to 63 bytes, of which `cdc_` and `_inserts` are taken.
  static let longest = 51

  static func isValid(_ name: String) -> Bool {
    (1...longest).contains(name.utf8.count) && name.utf8.allSatisfy(isAllowed)
  }

  /// A name that no other pair of catalog and schema has, so that two environments that read one database have slots of
  /// their own: `dev_shop__sales`. Where that would be too long, or the names hold characters that a slot's name cannot,
  /// the end is a hash instead: `production_sh_sales_1f0c9a3b5d7e2468`.
  static func derived(catalog: String, schema: String) -> String {
    let parts = [catalog, schema]
    let plain = parts.joined(separator: "__")
    // One `__` in the whole name: else `a_` and `b` would meet `a` and `_b`.
    let isPlain = parts.allSatisfy { part in
      part.utf8.allSatisfy(isAllowed) && !part.contains("__") && !part.hasPrefix("_") && !part.hasSuffix("_")
    }
    if isPlain, plain.utf8.count <= longest { return plain }
    // A name of a catalog holds no dot, so the text has one reading.
    let hash = StableHash.digits(of: parts.joined(separator: "."))
    let words = parts.joined(separator: "_").utf8.split { !isAllowed($0) || $0 == UInt8(ascii: "_") }
    let readable = words.map { String(Substring($0)) }.joined(separator: "_")
    let head = readable.prefix(longest - hash.utf8.count - 1)
    return (head.hasSuffix("_") ? head.dropLast() : head) + "_" + hash
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
  }
}
