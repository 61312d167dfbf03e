/// JSON texts by what they mean: spacing, the order of keys, the spelling of numbers and the escapes of strings count for nothing.
package enum JSONMeaning {
  /// The same bytes for texts that mean the same; the text itself where it is no JSON, or has a key twice.
  package static func canonical(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var canonicalization = Canonicalization(text)
    return (try? canonicalization.result()) ?? Array(text)
  }
}

/// Every value is written with its length or its end, so that no two values are alike by accident.
private struct Canonicalization {
  /// An object or an array that is open.
  private struct Container {
    var isObject: Bool
    /// Of an array.
    var elements: [UInt8] = []
    /// Of an object.
    var members: [[UInt8]: [UInt8]] = [:]
    /// The key of the value that comes next.
    var key: [UInt8] = []
  }

  private struct RepeatedKey: Error {}

  private var scanner: JSONScanner
  private var open: [Container] = []
  private var whole: [UInt8] = []

  init(_ text: ArraySlice<UInt8>) { scanner = JSONScanner(text) }

  mutating func result() throws -> [UInt8] {
    while let token = try scanner.next() {
      switch token {
      case .beginObject: open.append(Container(isObject: true))
      case .beginArray: open.append(Container(isObject: false))
      case .endObject, .endArray:
        if let container = open.popLast() { try put(Self.written(container)) }
      case .key(let range): open[open.count - 1].key = try JSONEscapes.resolved(scanner.bytes[range])
      case .string(let range): try put(Self.string(try JSONEscapes.resolved(scanner.bytes[range])))
      case .number(let range): try put(Self.number(JSONNumber.inVariant(scanner.bytes[range])))
      case .literal(let letter): try put([letter])
      }
    }
    return whole
  }

  private mutating func put(_ value: [UInt8]) throws {
    guard let last = open.indices.last else { return whole = value }
    if !open[last].isObject {
      open[last].elements += value
    } else if open[last].members.updateValue(value, forKey: open[last].key) != nil {
      throw RepeatedKey()
    }
  }

  private static func written(_ container: Container) -> [UInt8] {
    guard container.isObject else { return [UInt8(ascii: "[")] + container.elements + [UInt8(ascii: "]")] }
    var bytes = [UInt8(ascii: "{")]
    for (key, value) in container.members.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      bytes += string(key) + value
    }
    return bytes + [UInt8(ascii: "}")]
  }

  private static func string(_ text: [UInt8]) -> [UInt8] { Array("\"\(text.count):".utf8) + text }

  private static func number(_ number: JSONNumber) -> [UInt8] {
    Array(number.isNegative ? "-".utf8 : "+".utf8) + number.digits + Array("e\(number.exponent);".utf8)
  }
}
