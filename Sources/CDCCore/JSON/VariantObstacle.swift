/// Why a JSON text cannot become a VARIANT, or not without changing what it means. What is meant is what `parse_json` takes and keeps;
/// source: Databricks' documentation of VARIANT, Spark's VariantBuilder.java, and the limits of Jackson, by which that reads.
package enum VariantObstacle: Error, Hashable, Sendable {
  case malformed
  /// `parse_json` refuses an object that has a key twice.
  case repeatedKey
  /// It would be rounded, being neither a decimal of 38 digits nor what a double stands for.
  case roundedNumber
  /// Half of a surrogate pair, which would become a question mark.
  case halfSurrogatePair
  case tooLarge

  /// Of the encoded value; newer runtimes take more.
  package static let encodedBytes = 16 << 20
  private static let depth = 1000
  private static let keyBytes = 50_000
  private static let numberBytes = 1000

  /// - Parameter keysAreUnique: that no object has a key twice is known.
  package static func check(
    _ text: ArraySlice<UInt8>, keysAreUnique: Bool = false, upTo limit: Int = VariantObstacle.encodedBytes
  ) throws(VariantObstacle) {
    var scanner = JSONScanner(text)
    /// Of the objects that are open, arrays have none.
    var keys: [Set<[UInt8]>] = []
    /// At most so many bytes are what becomes of the text.
    var size = 0
    while let token = try next(&scanner) {
      size += encodedSize(token)
      switch token {
      case .beginObject, .beginArray:
        guard scanner.depth <= depth else { throw .tooLarge }
        if !keysAreUnique { keys.append([]) }
      case .endObject, .endArray: _ = keys.popLast()
      case .key(let range):
        guard range.count <= keyBytes else { throw .tooLarge }
        let key = try characters(text[range])
        if !keysAreUnique, !keys[keys.count - 1].insert(key).inserted { throw .repeatedKey }
      case .string(let range):
        if text[range].contains(UInt8(ascii: "\\")) { _ = try characters(text[range]) }
      case .number(let range):
        guard range.count <= numberBytes else { throw .tooLarge }
        guard JSONNumber.staysInVariant(text[range]) else { throw .roundedNumber }
      case .literal: continue
      }
      guard size <= limit else { throw .tooLarge }
    }
  }

  private static func next(_ scanner: inout JSONScanner) throws(VariantObstacle) -> JSONScanner.Token? {
    do throws(JSONScanner.Malformed) { return try scanner.next() } catch { throw .malformed }
  }

  private static func characters(_ text: ArraySlice<UInt8>) throws(VariantObstacle) -> [UInt8] {
    do throws(JSONEscapes.Failure) { return try JSONEscapes.resolved(text) } catch {
      throw error == .halfPair ? .halfSurrogatePair : .malformed
    }
  }

  /// At most. Each value in a container has an offset of up to three bytes there, each field an id of as many.
  /// Source: VariantEncoding.md, "Value Data".
  private static func encodedSize(_ token: JSONScanner.Token) -> Int {
    switch token {
    case .beginObject, .beginArray: 3 + 8
    case .endObject, .endArray: 0
    case .key: 3
    case .literal: 3 + 1
    case .string(let range): 3 + 5 + range.count
    case .number(let range):
      switch range.count {
      case ...2: 3 + 2
      case ...9: 3 + 6
      default: 3 + 18
      }
    }
  }
}
