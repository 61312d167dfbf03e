internal import FoundationEssentials

/// What a program reads: one JSON object on stdout, names in snake case, keys sorted.
enum JSONOutput {
  static func print(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    Terminal.print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
